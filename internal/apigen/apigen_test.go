package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// models finds the service models: GATEHOUSE_MODELS, or a checkout of them
// beside the repository.
func models(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GATEHOUSE_MODELS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "models")
	}
	if _, err := os.Stat(filepath.Join(dir, "sts.json.gz")); err != nil {
		t.Skipf("no service models: set GATEHOUSE_MODELS to a directory of them (%v)", err)
	}
	return dir
}

// TestGenerated compares the committed packages with what the models give.
func TestGenerated(t *testing.T) {
	if err := run(models(t), filepath.Join("..", ".."), true); err != nil {
		t.Error(err)
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	dir := models(t)
	for _, target := range targets() {
		if target.model != "iam" && target.model != "s3" {
			continue // the others go through the same code, and take their time
		}
		var first map[string][]byte
		for range 3 {
			m, err := readModel(dir, target.model)
			if err != nil {
				t.Fatal(err)
			}
			files, err := generate(m, target)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = files
			}
			if len(files) != len(first) {
				t.Fatalf("%s: %d files, then %d", target.model, len(first), len(files))
			}
			for name, text := range files {
				if !bytes.Equal(text, first[name]) {
					t.Errorf("%s: %s differs from run to run", target.model, name)
				}
			}
		}
	}
}

// TestGenerateOnly writes a package for a few operations: nothing that they
// do not reach comes with them.
func TestGenerateOnly(t *testing.T) {
	m := &model{
		Metadata: metadata{Protocol: "query", EndpointPrefix: "toy", ServiceID: "Toy", APIVersion: "2020-01-01"},
		Operations: map[string]operation{
			"Keep": {Name: "Keep", Input: &topRef{Shape: "KeepRequest"}, Errors: []ref{{Shape: "Gone"}}},
			"Drop": {Name: "Drop", Input: &topRef{Shape: "DropRequest"}},
		},
		Shapes: map[string]shape{
			"KeepRequest": {Type: "structure", Members: members{{name: "name", Shape: "Text"}}, Required: []string{"name"}},
			"DropRequest": {Type: "structure", Members: members{{name: "other", Shape: "Text"}}},
			"Text":        {Type: "string"},
			"Gone":        {Type: "structure", Exception: true, Members: members{{name: "Message", Shape: "Text"}}},
			"Unlisted":    {Type: "structure", Exception: true},
		},
	}
	files, err := generate(m, target{model: "toy", dir: "toy", only: []string{"Keep"}})
	if err != nil {
		t.Fatal(err)
	}
	all := bytes.Join([][]byte{files["types.go"], files["server.go"], files["errors.go"], files["schema.go"]}, nil)
	for _, want := range []string{"type KeepRequest struct", "Name *string", "Keep(ctx context.Context, in *KeepRequest)", `e.MessageMember = "Message"`, "Flags: wire.Required"} {
		if !bytes.Contains(all, []byte(want)) {
			t.Errorf("no %q in the package", want)
		}
	}
	for _, other := range []string{"Drop", "Unlisted"} {
		if bytes.Contains(all, []byte(other)) {
			t.Errorf("%q is in the package", other)
		}
	}
}
