//go:build e2e

package clients

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// statement is one step of a table.
type statement struct {
	at   string // file:line
	verb string // call, or the word that the statement begins with
	args []string

	client, service, operation string
	times                      int // how often the call is made, with $n from 1
	input                      *yaml.Node
	output                     *yaml.Node // what a success looks like
	until                      bool       // repeat the call until it does
	failure                    *failure
	value                      *yaml.Node // of let, token, forged and post
}

// failure is an expected error.
type failure struct {
	status     int
	code, text string
}

// never says why a modelled error has no call. "*" stands for all.
type never struct{ at, operation, code, reason string }

// table is what one file of testdata says.
type table struct {
	service    string
	statements []statement
	nevers     []never
	open       map[string]string // operations that need no permission, with the reason
}

// tables reads all files of testdata, by service.
func tables(t *testing.T) map[string]*table {
	t.Helper()
	files, err := filepath.Glob("testdata/*.calls")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	all := map[string]*table{}
	for _, f := range files {
		// A service with many calls has several files: iam.calls, iam-role.calls.
		tb, err := readTable(f)
		if err != nil {
			t.Fatal(err)
		}
		all[tb.service] = tb
	}
	return all
}

func readTable(file string) (*table, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	tb := &table{service: strings.TrimSuffix(filepath.Base(file), ".calls"), open: map[string]string{}}
	var at, pending string
	flush := func() error {
		if strings.TrimSpace(pending) == "" {
			return nil
		}
		if err := tb.parse(at, strings.TrimSpace(pending)); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		pending = ""
		return nil
	}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line != "" && line[0] != ' ' {
			if err := flush(); err != nil {
				return nil, err
			}
			at = fmt.Sprintf("%s:%d", file, i+1)
		}
		pending += " " + strings.TrimSpace(line)
	}
	return tb, flush()
}

var callForm = regexp.MustCompile(`^(?:(boto|js): )?(?:([0-9]+)x: )?(?:([a-z-]+):)?([A-Z][A-Za-z]+)(?:\s+(.*))?$`)

func (tb *table) parse(at, text string) error {
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "let":
		name, value, ok := strings.Cut(rest, "=")
		if !ok {
			return fmt.Errorf("let NAME = VALUE, got %q", text)
		}
		node, err := flow(value)
		tb.statements = append(tb.statements, statement{at: at, verb: word, args: []string{strings.TrimSpace(name)}, value: node})
		return err
	case "token", "forged", "post":
		name, value, _ := strings.Cut(rest, " ")
		node, err := flow(value)
		tb.statements = append(tb.statements, statement{at: at, verb: word, args: []string{name}, value: node})
		return err
	case "as", "region":
		tb.statements = append(tb.statements, statement{at: at, verb: word, args: strings.Fields(rest)})
		return nil
	case "never":
		what, reason, _ := strings.Cut(rest, ": ")
		f := strings.Fields(what)
		if len(f) < 2 || reason == "" {
			return fmt.Errorf("never OPERATION CODE...: REASON, got %q", text)
		}
		for _, op := range strings.Split(f[0], ",") {
			for _, code := range f[1:] {
				tb.nevers = append(tb.nevers, never{at, op, code, reason})
			}
		}
		return nil
	case "open":
		op, reason, ok := strings.Cut(rest, ": ")
		if !ok {
			return fmt.Errorf("open OPERATION: REASON, got %q", text)
		}
		tb.open[op] = reason
		return nil
	}
	return tb.parseCall(at, text)
}

func (tb *table) parseCall(at, text string) error {
	before, sep, after := split(text)
	m := callForm.FindStringSubmatch(strings.TrimSpace(before))
	if m == nil || sep == "" {
		return fmt.Errorf("no call: %q", text)
	}
	s := statement{at: at, verb: "call", client: m[1], times: 1, service: m[3], operation: m[4]}
	if m[2] != "" {
		s.times, _ = strconv.Atoi(m[2])
	}
	if s.service == "" {
		s.service = tb.service
	}
	var err error
	if s.input, err = flow(m[5]); err != nil {
		return err
	}
	if sep == "!" {
		f := strings.SplitN(strings.TrimSpace(after), " ", 3)
		if len(f) < 3 {
			return fmt.Errorf("! STATUS CODE TEXT, got %q", after)
		}
		status, err := strconv.Atoi(f[0])
		s.failure = &failure{status, f[1], f[2]}
		tb.statements = append(tb.statements, s)
		return err
	}
	s.until = sep == "until"
	s.output, err = flow(after)
	tb.statements = append(tb.statements, s)
	return err
}

// split cuts a call at the arrow, the bang or the word until that is outside
// quotes and brackets.
func split(text string) (before, sep, after string) {
	depth, quote := 0, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && strings.IndexByte(" [{", text[i-1]) >= 0:
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ' ' && depth == 0:
			for _, sep := range []string{"->", "!", "until"} {
				if strings.HasPrefix(text[i+1:], sep+" ") {
					return text[:i], sep, text[i+1+len(sep):]
				}
			}
		}
	}
	return text, "", ""
}

// flow parses a YAML flow value; nothing is an empty map.
func flow(text string) (*yaml.Node, error) {
	if strings.TrimSpace(text) == "" {
		text = "{}"
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(strings.TrimSpace(text)), &doc); err != nil {
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	return doc.Content[0], nil
}
