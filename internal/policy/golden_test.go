package policy

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the outputs that were got into testdata/*.txt")

// TestGolden runs testdata/*.txt. A file is blocks
//
//	command arguments
//	input lines
//	----
//	output
//
// separated by empty lines; # starts a comment line between blocks. Commands:
//
//	policy NAME KIND     input is a document; prints ok or the error
//	keys NAME            prints the context keys of a policy
//	eval [layer=NAME,NAME ...] [account=N] [required]
//	                     each input line is PRINCIPAL ACTION RESOURCE [KEY=VALUE|VALUE ...];
//	                     prints a decision a line
//	condition JSON       each input line is [KEY=VALUE|VALUE ...]; prints for each
//	                     whether the condition holds in an Allow and in a Deny
//	missing (as eval)    prints the keys that a request lacks
//	explain (as eval)    prints why each statement does or does not apply
func TestGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no testdata")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runGolden(t, file) })
	}
}

func runGolden(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g := golden{docs: map[string]*Document{}}
	var out strings.Builder
	lines := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		out.WriteString(line + "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := i + 1
		var input []string
		for i++; i < len(lines) && lines[i] != "----"; i++ {
			input = append(input, lines[i])
			out.WriteString(lines[i] + "\n")
		}
		var want []string
		for i++; i < len(lines) && lines[i] != ""; i++ {
			want = append(want, lines[i])
		}
		got := g.run(t, line, input)
		out.WriteString("----\n" + strings.Join(got, "\n") + "\n")
		if i < len(lines) {
			out.WriteString("\n")
		}
		if !*rewrite && strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:%d: %s\n%s\ngot:\n%s\nwant:\n%s", file, at, line,
				strings.Join(input, "\n"), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type golden struct{ docs map[string]*Document }

func (g *golden) run(t *testing.T, command string, input []string) []string {
	t.Helper()
	words := strings.Fields(command)
	switch words[0] {
	case "policy":
		doc, err := Parse(kindNamed(t, words[2]), []byte(strings.Join(input, "\n")))
		if err != nil {
			delete(g.docs, words[1])
			return []string{"error: " + err.Error()}
		}
		g.docs[words[1]] = doc
		return []string{"ok"}
	case "keys":
		return append([]string{}, ContextKeys(g.doc(t, words[1]))...)
	case "condition":
		var out []string
		for _, line := range input {
			req := parseRequest(t, "user/bob s:A * "+line)
			allow := g.condition(t, "Allow", words[1:], req)
			deny := g.condition(t, "Deny", words[1:], req)
			switch {
			case allow != deny:
				out = append(out, fmt.Sprintf("Allow %v, Deny %v", allow, deny))
			default:
				out = append(out, fmt.Sprint(allow))
			}
		}
		return out
	case "missing":
		set, _ := g.set(t, words[1:])
		var out []string
		for _, line := range input {
			out = append(out, fmt.Sprint(MissingKeys(parseRequest(t, line), set)))
		}
		return out
	case "eval", "explain":
		set, account := g.set(t, words[1:])
		var out []string
		for _, line := range input {
			req := parseRequest(t, line)
			req.ResourceAccount = account
			if words[0] == "eval" {
				out = append(out, describe(Evaluate(req, set), req))
				continue
			}
			for _, m := range Explain(req, set) {
				out = append(out, m.String())
			}
		}
		return out
	}
	t.Fatalf("unknown command %q", command)
	return nil
}

// condition reports whether a statement with the condition applies.
func (g *golden) condition(t *testing.T, effect string, words []string, req *Request) bool {
	t.Helper()
	text := `{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Action":"*","Resource":"*","Condition":` + strings.Join(words, " ") + `}}`
	doc, err := Parse(Identity, []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	d := Evaluate(req, &Set{Identity: []Source{{Doc: doc}}})
	return d.Statement == 0
}

func (g *golden) doc(t *testing.T, name string) *Document {
	t.Helper()
	if g.docs[name] == nil {
		t.Fatalf("no policy %q", name)
	}
	return g.docs[name]
}

func (g *golden) set(t *testing.T, args []string) (*Set, string) {
	t.Helper()
	set, account := &Set{}, ""
	for _, arg := range args {
		layer, names, _ := strings.Cut(arg, "=")
		var sources []Source
		if layer != "account" {
			for _, name := range strings.FieldsFunc(names, func(r rune) bool { return r == ',' }) {
				sources = append(sources, Source{Name: name, Kind: layer, Doc: g.doc(t, name)})
			}
		}
		switch layer {
		case "account":
			account = names
		case "identity":
			set.Identity = sources
		case "boundary":
			set.Boundary, set.HasBoundary = sources, true
		case "session":
			set.Session, set.HasSession = sources, true
		case "resource":
			set.Resource = sources
		case "required":
			set.ResourceRequired = true
		default:
			t.Fatalf("unknown argument %q", arg)
		}
	}
	return set, account
}

func describe(d Decision, req *Request) string {
	by := ""
	if d.Statement >= 0 {
		by = fmt.Sprintf(" %s#%d", d.Source, d.Statement)
		if d.Sid != "" {
			by += "(" + d.Sid + ")"
		}
	}
	if d.Allowed {
		return "allow: " + d.Reason.String() + by
	}
	_, why, _ := strings.Cut(d.Message(req), " on resource: "+req.Resource+" ")
	return "deny: " + why + by
}

func kindNamed(t *testing.T, s string) Kind {
	t.Helper()
	for k := Identity; k <= Trust; k++ {
		if k.String() == s {
			return k
		}
	}
	t.Fatalf("unknown kind %q", s)
	return 0
}

// parseRequest reads PRINCIPAL ACTION RESOURCE [KEY=VALUE|VALUE ...], where a
// space within a value is written as "+" and an empty list as "KEY=|".
func parseRequest(t *testing.T, line string) *Request {
	t.Helper()
	words := strings.Fields(line)
	if len(words) < 3 {
		t.Fatalf("short request %q", line)
	}
	keys := KeyMap{}
	for _, w := range words[3:] {
		key, values, _ := strings.Cut(w, "=")
		values = strings.ReplaceAll(values, "+", " ")
		if values == "|" {
			keys.Set(key)
			continue
		}
		keys.Set(key, strings.Split(values, "|")...)
	}
	return &Request{Principal: principalNamed(t, words[0]), Action: words[1], Resource: words[2], Keys: keys}
}

// principalNamed reads root, user/N, role/R/S, federated/N, web/PROVIDER,
// service/N or anonymous, with an account in front for another than 1's:
// "2:user/bob". Roles and users are in the path /app/ when named "app/...".
func principalNamed(t *testing.T, s string) Principal {
	t.Helper()
	account := "111111111111"
	if len(s) > 1 && s[1] == ':' {
		account, s = strings.Repeat(s[:1], 12), s[2:]
	}
	kind, name, _ := strings.Cut(s, "/")
	p := Principal{Account: account}
	switch kind {
	case "root":
		p.Type, p.ARN, p.UserID = Root, "arn:aws:iam::"+account+":root", account
	case "user":
		p.Type, p.ARN = User, "arn:aws:iam::"+account+":user/"+name
		p.UserID = "AIDA" + strings.ToUpper(strings.ReplaceAll(name, "/", "")) + "XXXXXXXXXXXX"
	case "role":
		i := strings.LastIndex(name, "/")
		role, session := name[:i], name[i+1:]
		p.Type, p.RoleARN = AssumedRole, "arn:aws:iam::"+account+":role/"+role
		p.ARN = "arn:aws:sts::" + account + ":assumed-role/" + role[strings.LastIndex(role, "/")+1:] + "/" + session
		p.UserID = "AROAROLEXXXXXXXXXXXX:" + session
	case "federated":
		p.Type, p.ARN = FederatedUser, "arn:aws:sts::"+account+":federated-user/"+name
		p.UserARN = "arn:aws:iam::" + account + ":user/alice"
		p.UserID = account + ":" + name
	case "web":
		p.Type, p.Provider = WebIdentity, name
	case "service":
		p.Type, p.Service = Service, name
	case "anonymous":
		p.Type, p.Account = Anonymous, ""
	case "unknown":
	default:
		t.Fatalf("unknown principal %q", s)
	}
	return p
}
