// Package logging writes log/slog records to the log that is kept with the call's evidence.
//
// A package of its own, since log/slog makes a plugin larger.
package logging

import (
	"context"
	"log/slog"
	"strings"

	"holdpoint"
)

// New returns a logger that writes to the host's log.
func New(host *holdpoint.Host) *slog.Logger {
	return slog.New(Handler(host))
}

// Handler returns a handler that writes each record as one line: the message, then name=value for each attribute.
func Handler(host *holdpoint.Host) slog.Handler {
	out := &strings.Builder{}
	text := slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutHead})
	return &handler{host, text, out}
}

type handler struct {
	host *holdpoint.Host
	text slog.Handler
	// out is where the text handler writes, one record at a time: a guest has one thread.
	out *strings.Builder
}

func (h *handler) Enabled(context.Context, slog.Level) bool {
	return true
}

func (h *handler) Handle(ctx context.Context, record slog.Record) error {
	h.out.Reset()
	if err := h.text.Handle(ctx, record); err != nil {
		return err
	}
	line := strings.TrimSpace(record.Message + " " + strings.TrimSpace(h.out.String()))
	h.host.Log(severity(record.Level), line)
	return nil
}

func (h *handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return &handler{h.host, h.text.WithAttrs(attributes), h.out}
}

func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.host, h.text.WithGroup(name), h.out}
}

// withoutHead leaves out what the host records itself, and the message, which stands bare before the rest.
func withoutHead(groups []string, attribute slog.Attr) slog.Attr {
	if len(groups) == 0 && (attribute.Key == slog.TimeKey || attribute.Key == slog.LevelKey || attribute.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	return attribute
}

func severity(level slog.Level) holdpoint.Severity {
	switch {
	case level < slog.LevelInfo:
		return holdpoint.SeverityDebug
	case level < slog.LevelWarn:
		return holdpoint.SeverityInfo
	case level < slog.LevelError:
		return holdpoint.SeverityWarn
	default:
		return holdpoint.SeverityError
	}
}
