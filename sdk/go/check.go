package holdpoint

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// Look is a check's function: it looks, and says what it found, or why it could not look.
type Look[S any] func(settings *S, host *Host, call *Call) (*Verdict, error)

// checker is the registered check, as the host calls it.
type checker struct {
	validate func(settings string) []Problem
	run      func(host *Host, call *Call) (*Verdict, *Failure)
}

var theCheck checker

// Check makes a plugin of a function: call it from init, once. Rules find what is wrong with settings beyond what their
// types can say; settings that a rule finds wrong are never run with.
func Check[S any](look Look[S], rules ...func(*S) []Problem) {
	theCheck = checker{
		validate: func(settings string) []Problem {
			_, problems := accept(settings, rules)
			return problems
		},
		run: func(host *Host, call *Call) (*Verdict, *Failure) { return RunCheck(look, host, call, rules...) },
	}
}

// RunCheck runs a check the way the sandbox does.
func RunCheck[S any](look Look[S], host *Host, call *Call, rules ...func(*S) []Problem) (*Verdict, *Failure) {
	return guarded(host, func() (*Verdict, error) {
		settings, problems := accept(call.Settings, rules)
		if len(problems) > 0 {
			return nil, unfit(problems)
		}
		return look(settings, host, call)
	})
}

// guarded does something, and tells a panic with its place and its stack.
func guarded[T any](host *Host, do func() (*T, error)) (result *T, failure *Failure) {
	defer func() {
		if cause := recover(); cause != nil {
			result, failure = nil, Fails(Internal, fmt.Sprintf("panic: %v (in %s)", cause, place()))
			host.Log(SeverityError, fmt.Sprintf("panic: %v\n%s", cause, debug.Stack()))
		}
	}()
	result, err := do()
	if err != nil {
		return nil, AsFailure(err)
	}
	if result == nil {
		return nil, Fails(Internal, "the plugin returned nothing, and no error either")
	}
	return result, nil
}

// place returns the function, file and line that panicked: the topmost frame that is neither the runtime's nor this package's own.
func place() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		frame, more := frames.Next()
		own := strings.HasPrefix(frame.Function, "runtime.") || strings.HasPrefix(frame.Function, "holdpoint.")
		if frame.Function != "" && !own {
			return fmt.Sprintf("%s, %s:%d", frame.Function, frame.File, frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
