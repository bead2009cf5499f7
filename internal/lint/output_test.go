package lint

import (
	"go/token"
	"slices"
	"strings"
	"testing"
)

var outputRule = rule{
	why: "what a server says goes to the logger that it was given, with a level; a library writes nothing to the terminal of the program that embeds it",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			if f.test {
				return
			}
			f.selections("fmt", func(name string, pos token.Pos) {
				if strings.HasPrefix(name, "Print") {
					report(m.at(pos), "fmt."+name, "fmt."+name)
				}
			})
			f.selections("log", func(name string, pos token.Pos) {
				if name != "Logger" && name != "New" {
					report(m.at(pos), "log."+name, "log."+name)
				}
			})
			f.selections("log/slog", func(name string, pos token.Pos) {
				if slices.Contains(globalLog, name) {
					report(m.at(pos), "slog."+name, "slog."+name+" uses the process's logger")
				}
			})
		})
	},
	except: []exception{
		{"bench", "", "a benchmark prints its results"},
		{"stacks", "", "what a function prints is its log"},
	},
}

// globalLog are the functions of slog that use the default logger.
var globalLog = []string{"Debug", "Info", "Warn", "Error", "Log", "LogAttrs", "DebugContext", "InfoContext", "WarnContext", "ErrorContext",
	"Default", "SetDefault", "With"}

func TestOutputGoesToTheLogger(t *testing.T) { hold(t, outputRule) }

var exitRule = rule{
	why: "os.Exit runs no deferred function: stores stay open, functions stay alive, and no test can see it",
	check: func(m *module, report reporter) {
		m.each(func(p *pkg, f *file) {
			if f.test || p.isMain() {
				return
			}
			f.selections("os", func(name string, pos token.Pos) {
				if name == "Exit" {
					report(m.at(pos), "os.Exit", "os.Exit outside of a program")
				}
			})
		})
	},
	except: []exception{
		{"internal/runner/inner/boot_linux.go", "os.Exit", "process 1 of a sandbox ends here, before the main of the program that it was started from"},
	},
}

func TestOnlyMainExits(t *testing.T) { hold(t, exitRule) }
