package server

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/front"
)

var rewrite = flag.Bool("rewrite", false, "write docs/coverage.md anew")

const coverageHead = `# Coverage

Which operations Gatehouse answers, generated from the code by
` + "`go test ./internal/server -run Coverage -rewrite`" + `; a test fails while this page is stale.
An operation that is not written answers 501 and names itself. What a written
operation stores without effect yet is on its service's page in docs/services.

| Service | Implemented | of |
|---|---:|---:|
`

// The page is what the code is: who changes one must change the other.
func TestCoverage(t *testing.T) {
	_, services := served(t)
	want := coverage(services) + typesCoverage(types(nil))
	name := filepath.Join("..", "..", "docs", "coverage.md")
	if *rewrite {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("docs/coverage.md is stale; run: go test ./internal/server -run Coverage -rewrite\n%s", difference(string(have), want))
	}
}

func coverage(services []*front.Service) string {
	var table, lists strings.Builder
	total, all := 0, 0
	for _, s := range services {
		var written, missing []string
		for _, op := range s.API.Operations {
			if implements(s.Server, op.Name) {
				written = append(written, op.Name)
			} else {
				missing = append(missing, op.Name)
			}
		}
		n := len(written) + len(missing)
		total, all = total+len(written), all+n
		fmt.Fprintf(&table, "| [%s](#%[1]s) | %d | %d |\n", s.API.SigningName, len(written), n)
		fmt.Fprintf(&lists, "\n## %s\n", s.API.SigningName)
		names(&lists, "Implemented", written)
		names(&lists, "501", missing)
	}
	fmt.Fprintf(&table, "| all | %d | %d |\n", total, all)
	return coverageHead + table.String() + lists.String()
}

// typesCoverage lists the resource types of CloudFormation.
func typesCoverage(all cfn.Registry) string {
	var b strings.Builder
	b.WriteString("\n## CloudFormation resource types\n\n")
	b.WriteString("A property that is not listed is refused by its name. Required ones are bold; a change\nof those in italics replaces the resource.\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t := all[name]
		fmt.Fprintf(&b, "\n### %s\n\n", name)
		for _, p := range slices.Sorted(maps.Keys(t.Properties)) {
			mark := ""
			if t.Replaces([]string{p}) {
				mark = "*"
			}
			if t.Properties[p].Required {
				mark += "**"
			}
			fmt.Fprintf(&b, "- %s%s%[1]s\n", mark, p)
		}
		if len(t.Attributes) > 0 {
			fmt.Fprintf(&b, "\nAttributes: %s\n", strings.Join(slices.Sorted(slices.Values(t.Attributes)), ", "))
		}
	}
	return b.String()
}

// names writes one operation a line, so that a change is one line too.
func names(b *strings.Builder, title string, list []string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n\n", title)
	for _, name := range list {
		fmt.Fprintf(b, "- %s\n", name)
	}
}

// difference lists the lines that only one of the two has, under the headings
// that they stand below: an operation that was written changes its list.
func difference(have, want string) string {
	var out strings.Builder
	old, now := placed(have), placed(want)
	for _, d := range []struct {
		sign      string
		in, notIn []string
	}{{"-", old, now}, {"+", now, old}} {
		for _, l := range d.in {
			if !slices.Contains(d.notIn, l) {
				out.WriteString(d.sign + " " + l + "\n")
			}
		}
	}
	return out.String()
}

func placed(page string) (lines []string) {
	heading, list := "", ""
	for l := range strings.Lines(page) {
		l = strings.TrimSpace(l)
		switch {
		case strings.HasPrefix(l, "#"):
			heading, list = strings.TrimLeft(l, "# ")+": ", ""
		case strings.HasSuffix(l, ":"):
			list = l + " "
		case l != "":
			lines = append(lines, heading+list+l)
		}
	}
	return lines
}

func TestDifference(t *testing.T) {
	have := "## sns\n\nImplemented:\n\n- Publish\n\n501:\n\n- Subscribe\n"
	want := "## sns\n\nImplemented:\n\n- Publish\n- Subscribe\n"
	if got, should := difference(have, want), "- sns: 501: - Subscribe\n+ sns: Implemented: - Subscribe\n"; got != should {
		t.Errorf("got %q, want %q", got, should)
	}
}
