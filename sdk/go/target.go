package holdpoint

import (
	"fmt"
	"strings"
)

// Target is the address of something that speaks HTTP: endpoint:NAME/path?query for an endpoint of the plan, or an absolute
// http or https URL that lies within a granted endpoint.
type Target string

// Endpoint is an endpoint of the plan: endpoint:NAME.
type Endpoint string

// String returns the target as text.
func (t Target) String() string {
	return string(t)
}

// Below returns the target of a path below this one, without its query: endpoint:api/v1 and users give endpoint:api/v1/users.
func (t Target) Below(path string) Target {
	base := string(t)
	if end := strings.IndexAny(base, "?#"); end >= 0 {
		base = base[:end]
	}
	return Target(strings.TrimRight(base, "/") + "/" + strings.TrimLeft(path, "/"))
}

// UnmarshalText reads a target. Whether its endpoint exists and is granted is the host's to say.
func (t *Target) UnmarshalText(text []byte) error {
	if !isTarget(string(text)) {
		return notATarget(text)
	}
	*t = Target(text)
	return nil
}

// String returns the endpoint as text, with endpoint: before its name.
func (e Endpoint) String() string {
	return string(e)
}

// Below returns the URL of a path on this endpoint.
func (e Endpoint) Below(path string) string {
	return string(e) + "/" + strings.TrimLeft(path, "/")
}

// UnmarshalText reads an endpoint. Whether it exists and is granted is the host's to say.
func (e *Endpoint) UnmarshalText(text []byte) error {
	name, found := strings.CutPrefix(string(text), "endpoint:")
	if !found || !isName(name) {
		return notATarget(text)
	}
	*e = Endpoint(text)
	return nil
}

func isTarget(text string) bool {
	if rest, found := strings.CutPrefix(text, "endpoint:"); found {
		if end := strings.IndexAny(rest, "/?"); end >= 0 {
			rest = rest[:end]
		}
		return isName(rest)
	}
	for _, scheme := range []string{"http://", "https://"} {
		if rest, found := strings.CutPrefix(text, scheme); found {
			return rest != "" && !strings.ContainsRune("/?#", rune(rest[0]))
		}
	}
	return false
}

// isName says whether this is a name as plans have them: kebab-case, at most 64 letters.
func isName(name string) bool {
	for _, word := range strings.Split(name, "-") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return len(name) <= 64
}

func notATarget(text []byte) error {
	return fmt.Errorf("`%s` is not a target; write `endpoint:NAME/path` (NAME in kebab-case)", text)
}
