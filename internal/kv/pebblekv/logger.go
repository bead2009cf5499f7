package pebblekv

import (
	"context"
	"fmt"
	"log/slog"
)

// logger passes Pebble's own log on, at debug level: it is about compactions
// and files and says little to a user.
type logger struct{ log *slog.Logger }

func (l logger) Infof(format string, args ...any) { l.debug(format, args) }

func (l logger) Errorf(format string, args ...any) { l.debug(format, args) }

// Fatalf must not return, as Pebble's state is in doubt. In a commit or in
// Open the panic is recovered; in Pebble's own goroutines it ends the process.
func (l logger) Fatalf(format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	l.log.Error("kv: storage engine gave up", "reason", msg)
	panic(fatal(msg))
}

func (l logger) debug(format string, args []any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug(fmt.Sprintf(format, args...))
	}
}

// fatal is a panic of logger.Fatalf, as an error.
type fatal string

func (f fatal) Error() string { return string(f) }

// recoverDisk sets err from a panic by which Pebble reports a disk error: a
// fatal or the error itself. Any other panic goes on.
func recoverDisk(err *error) {
	switch p := recover().(type) {
	case nil:
	case error:
		if isBug(p) {
			panic(p)
		}
		*err = p
	default:
		panic(p)
	}
}
