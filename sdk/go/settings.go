package holdpoint

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// ReadSettings reads settings from JSON into what the pointer points to, which has to be a struct, and returns everything
// that doesn't fit, with its place.
//
// A field is named by its json tag. It is required unless it is a pointer, says omitempty, or has a tag default:"…"; a key
// that no field has is a problem. A text with a tag oneof:"a|b" is one of those. Types that unmarshal text, such as Target,
// are written as texts.
func ReadSettings(text string, into any) []Problem {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return []Problem{{Message: err.Error()}}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return []Problem{{Message: "something stands behind the settings"}}
	}
	var reader settingsReader
	reader.fit("", value, reflect.ValueOf(into).Elem())
	return reader.problems
}

// accept reads settings that must also satisfy the plugin's own rules.
func accept[S any](text string, rules []func(*S) []Problem) (*S, []Problem) {
	settings := new(S)
	if problems := ReadSettings(text, settings); len(problems) > 0 {
		return nil, problems
	}
	var problems []Problem
	for _, rule := range rules {
		problems = append(problems, rule(settings)...)
	}
	return settings, problems
}

// unfit puts problems into one failure.
func unfit(problems []Problem) *Failure {
	told := make([]string, len(problems))
	for index, problem := range problems {
		told[index] = problem.Message
		if problem.Pointer != "" {
			told[index] = problem.Pointer + ": " + problem.Message
		}
	}
	return Fails(BadSettings, strings.Join(told, "; "))
}

type settingsReader struct {
	problems []Problem
}

func (r *settingsReader) complain(pointer, message string, values ...any) {
	r.problems = append(r.problems, Problem{Pointer: pointer, Message: fmt.Sprintf(message, values...)})
}

// fit puts a value where it belongs, or complains.
func (r *settingsReader) fit(pointer string, value any, into reflect.Value) {
	if texts, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		r.fitText(pointer, value, texts)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		if value != nil {
			into.Set(reflect.New(into.Type().Elem()))
			r.fit(pointer, value, into.Elem())
		}
	case reflect.Struct:
		r.fitStruct(pointer, value, into)
	case reflect.Map:
		r.fitMap(pointer, value, into)
	case reflect.Array:
		r.fitArray(pointer, value, into)
	case reflect.Slice:
		r.fitSlice(pointer, value, into)
	default:
		r.fitPlain(pointer, value, into)
	}
}

func (r *settingsReader) fitText(pointer string, value any, into encoding.TextUnmarshaler) {
	text, ok := value.(string)
	if !ok {
		r.mismatch(pointer, value, "a string")
	} else if err := into.UnmarshalText([]byte(text)); err != nil {
		r.complain(pointer, "%v", err)
	}
}

// fitPlain puts a value that has no parts, as encoding/json would.
func (r *settingsReader) fitPlain(pointer string, value any, into reflect.Value) {
	written, err := json.Marshal(value)
	if err == nil && value != nil {
		if err = json.Unmarshal(written, into.Addr().Interface()); err == nil {
			return
		}
	}
	if value == nil && into.Kind() == reflect.Interface {
		return
	}
	r.mismatch(pointer, value, wanted(into.Type()))
}

func (r *settingsReader) fitStruct(pointer string, value any, into reflect.Value) {
	object, ok := value.(map[string]any)
	if !ok {
		r.mismatch(pointer, value, "an object")
		return
	}
	known := make(map[string]bool)
	for index := range into.NumField() {
		field := into.Type().Field(index)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		known[name] = true
		if given, there := object[name]; there {
			r.fit(pointer+"/"+escaped(name), given, into.Field(index))
			r.oneOf(pointer+"/"+escaped(name), field, into.Field(index))
			continue
		}
		r.fill(pointer, name, field, options, into.Field(index))
	}
	r.refuseUnknown(pointer, object, known)
}

// oneOf complains of a text that is none of those in the tag oneof:"a|b".
func (r *settingsReader) oneOf(pointer string, field reflect.StructField, into reflect.Value) {
	allowed, limited := field.Tag.Lookup("oneof")
	if !limited || into.Kind() != reflect.String || len(r.problems) > 0 && r.problems[len(r.problems)-1].Pointer == pointer {
		return
	}
	words := strings.Split(allowed, "|")
	if !slices.Contains(words, into.String()) {
		r.complain(pointer, "unknown variant `%s`, expected one of `%s`", into.String(), strings.Join(words, "`, `"))
	}
}

// fill gives a field that isn't there its default, or complains that it is missing.
func (r *settingsReader) fill(pointer, name string, field reflect.StructField, options string, into reflect.Value) {
	text, defaulted := field.Tag.Lookup("default")
	if !defaulted {
		if field.Type.Kind() != reflect.Pointer && !strings.Contains(options, "omitempty") {
			r.complain(pointer, "missing field `%s`", name)
		}
		return
	}
	var value any = text
	if into.Kind() != reflect.String {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		_ = decoder.Decode(&value)
	}
	r.fit(pointer+"/"+escaped(name), value, into)
}

func (r *settingsReader) refuseUnknown(pointer string, object map[string]any, known map[string]bool) {
	var expected []string
	for name := range known {
		expected = append(expected, "`"+name+"`")
	}
	sort.Strings(expected)
	for _, name := range sorted(object) {
		if !known[name] {
			r.complain(pointer+"/"+escaped(name), "unknown field `%s`, expected %s", name, listed(expected))
		}
	}
}

func (r *settingsReader) fitMap(pointer string, value any, into reflect.Value) {
	object, ok := value.(map[string]any)
	if !ok {
		r.mismatch(pointer, value, "an object")
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	for _, name := range sorted(object) {
		element := reflect.New(into.Type().Elem()).Elem()
		r.fit(pointer+"/"+escaped(name), object[name], element)
		into.SetMapIndex(reflect.ValueOf(name).Convert(into.Type().Key()), element)
	}
}

func (r *settingsReader) fitSlice(pointer string, value any, into reflect.Value) {
	if into.Type() == reflect.TypeFor[json.RawMessage]() {
		written, _ := json.Marshal(value)
		into.SetBytes(written)
		return
	}
	list, ok := value.([]any)
	if !ok {
		r.mismatch(pointer, value, "a list")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for index, element := range list {
		r.fit(pointer+"/"+strconv.Itoa(index), element, into.Index(index))
	}
}

func (r *settingsReader) fitArray(pointer string, value any, into reflect.Value) {
	list, ok := value.([]any)
	if !ok || len(list) != into.Len() {
		r.mismatch(pointer, value, fmt.Sprintf("a list of %d", into.Len()))
		return
	}
	for index, element := range list {
		r.fit(pointer+"/"+strconv.Itoa(index), element, into.Index(index))
	}
}

func (r *settingsReader) mismatch(pointer string, value any, wanted string) {
	r.complain(pointer, "invalid type: %s, expected %s", described(value), wanted)
}

// described returns what a JSON value is, in words.
func described(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprintf("boolean `%v`", value)
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return "floating point `" + value.String() + "`"
		}
		return "integer `" + value.String() + "`"
	case string:
		return "string " + strconv.Quote(value)
	case []any:
		return "sequence"
	default:
		return "map"
	}
}

func wanted(kind reflect.Type) string {
	switch kind.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	default:
		return kind.Kind().String()
	}
}

func listed(names []string) string {
	switch len(names) {
	case 0:
		return "nothing"
	case 1:
		return names[0]
	default:
		return "one of " + strings.Join(names, ", ")
	}
}

// escaped returns a key as it stands in a JSON pointer.
func escaped(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

func sorted(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
