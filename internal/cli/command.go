package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// command is one word after "gatehouse".
type command struct {
	name, args, short, long string
	// flags declares the command's flags and returns what runs it.
	flags func(*flag.FlagSet) func(context.Context, *env, []string) error
}

// env is what a command may use of the process.
type env struct {
	stdout, stderr io.Writer
	getenv         func(string) string
}

func (e *env) printf(format string, args ...any) { fmt.Fprintf(e.stdout, format, args...) }

// usageError is a wrong command line: exit status 2.
type usageError string

func (u usageError) Error() string { return string(u) }

// commands lists all, in the order of the help.
func commands() []command {
	return []command{
		serveCommand(), upCommand(), downCommand(), demoCommand(),
		envCommand(), statusCommand(), logsCommand(), smsCommand(), explainCommand(), clockCommand(),
		resetCommand(), versionCommand(),
	}
}

// Main runs the command line and returns the exit status: 0, 1 for a failure,
// 2 for a wrong command line.
func Main(args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	e := &env{stdout, stderr, getenv}
	if len(args) == 0 || args[0] == "help" && len(args) == 1 || args[0] == "-h" || args[0] == "--help" || args[0] == "-help" {
		help(stdout)
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	name, rest := args[0], args[1:]
	if name == "help" {
		name, rest = args[1], []string{"--help"}
	}
	for _, c := range commands() {
		if c.name == name {
			return c.main(e, rest)
		}
	}
	fmt.Fprintf(stderr, "gatehouse: there is no command %q; see gatehouse --help\n", name)
	return 2
}

func help(w io.Writer) {
	io.WriteString(w, "Gatehouse runs the AWS web-API stack on this machine, for real.\n\nUsage: gatehouse COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-18s %s\n", strings.TrimSpace(c.name+" "+c.args), c.short)
	}
	io.WriteString(w, "\ngatehouse COMMAND --help tells more. Each flag is also an environment variable:\n--data is GATEHOUSE_DATA. Start with: gatehouse demo\n")
}

func (c *command) main(e *env, args []string) int {
	fs := flag.NewFlagSet("gatehouse "+c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	run := c.flags(fs)
	invalid := fromEnvironment(fs, e.getenv)
	positional, err := parse(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		c.help(e.stdout, fs)
		return 0
	}
	if err == nil {
		err = invalid
	}
	if err != nil {
		fmt.Fprintf(e.stderr, "gatehouse %s: %v\n", c.name, err)
		return 2
	}
	if len(positional) > 0 && c.args == "" {
		fmt.Fprintf(e.stderr, "gatehouse %s: it takes no arguments; see gatehouse %s --help\n", c.name, c.name)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = run(ctx, e, positional)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(e.stderr, "gatehouse %s: %v\nUsage: gatehouse %s\n", c.name, err, strings.TrimSpace(c.name+" "+c.args))
		return 2
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 130
	}
	fmt.Fprintf(e.stderr, "gatehouse %s: %s\n", c.name, oneLine(err))
	return 1
}

// oneLine is an error's text on one line: those of libraries, and joined ones,
// have several, of which some say the same.
func oneLine(err error) string {
	var parts []string
	for l := range strings.Lines(err.Error()) {
		if l = strings.TrimSpace(l); l != "" && !slices.Contains(parts, l) {
			parts = append(parts, l)
		}
	}
	text := ""
	for _, p := range parts {
		switch {
		case text == "":
		case strings.HasSuffix(text, ":"):
			text += " "
		default:
			text += "; "
		}
		text += p
	}
	return text
}

// parse lets flags stand before and after the arguments.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var positional []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		args = fs.Args()
		if len(args) == 0 {
			return positional, nil
		}
		positional = append(positional, args[0])
		args = args[1:]
	}
}

// fromEnvironment gives each flag its GATEHOUSE_ variable as the default. It
// returns the first one that does not fit its flag.
func fromEnvironment(fs *flag.FlagSet, getenv func(string) string) (invalid error) {
	fs.VisitAll(func(f *flag.Flag) {
		name := variable(f.Name)
		v := getenv(name)
		if v == "" {
			return
		}
		if err := f.Value.Set(v); err != nil {
			if invalid == nil {
				invalid = fmt.Errorf("invalid value %q of %s: %w", v, name, err)
			}
			return
		}
		f.DefValue = redacted(v)
	})
	return invalid
}

// redacted is a value as help may show it: the URL of a store has a password.
func redacted(value string) string {
	u, err := url.Parse(value)
	if err != nil && strings.Contains(value, "@") {
		return "(set)"
	}
	if err != nil || u.User == nil {
		return value
	}
	return u.Redacted()
}

func variable(flagName string) string {
	return "GATEHOUSE_" + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

func (c *command) help(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "%s\n\nUsage: gatehouse %s [flags]\n", strings.TrimSpace(c.short+".\n"+c.long), strings.TrimSpace(c.name+" "+c.args))
	any := false
	fs.VisitAll(func(f *flag.Flag) {
		if !any {
			io.WriteString(w, "\nFlags:\n")
			any = true
		}
		kind, text := flag.UnquoteUsage(f)
		left := "--" + f.Name
		if len(f.Name) == 1 {
			left = "-" + f.Name
		}
		if kind != "" {
			left += " " + strings.ToUpper(kind)
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
			text += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(w, "  %-22s %s\n", left, text)
	})
}
