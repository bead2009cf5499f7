package apigateway

import (
	"strings"
	"testing"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// No patch breaks a stage: what is accepted leaves a stage whose keys are what
// the paths named, and what is refused is refused with a sentence.
func FuzzPatchOfStage(f *testing.F) {
	for _, s := range []string{"/*/*/logging/loglevel", "/~1a/GET/throttling/rateLimit", "/variables/x", "/variables", "/canarySettings/stageVariableOverrides/a~0b", "//", "", "0/GET/caching/enabled", "/a/b/c/d/e/f/GET/caching/enabled"} {
		f.Add("replace", s, "INFO", "")
		f.Add("remove", s, "", "/canarySettings/deploymentId")
		f.Add("copy", s, "1", "/canarySettings/stageVariableOverrides")
	}
	f.Fuzz(func(t *testing.T, op, path, value, from string) {
		st := &api.Stage{DeploymentId: new("d"), MethodSettings: map[string]api.MethodSetting{"*/*": newSetting()}}
		err := stagePatch.run(st, []api.PatchOperation{{Op: &op, Path: &path, Value: &value, From: &from}})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a sentence")
			}
			return
		}
		for key := range st.MethodSettings {
			if key != "*/*" && !strings.HasPrefix(path, "/"+key+"/") {
				t.Errorf("%s made the setting %s", path, key)
			}
		}
	})
}

func TestPatternsOfPaths(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          string // what "*" stands for, joined with commas; "no" for no match
	}{
		{"/name", "/name", ""},
		{"/name", "/names", "no"},
		{"/name", "/name/x", "no"},
		{"/name/*", "/name", "no"},
		{"/name/*", "/name/", "no"},
		{"/name/*", "/name/a~1b~0c~01", "a/b~c~1"},
		{"/a/*/b/*", "/a/x/b/y", "x,y"},
		{"/a/*/b/*", "/a/x/c/y", "no"},
		{"/name", "name", "no"},
		{"/name", "", "no"},
	} {
		args, ok := matches(c.pattern, pointer(c.path))
		got := strings.Join(args, ",")
		if !ok {
			got = "no"
		}
		if got != c.want {
			t.Errorf("%s with %s: %s, want %s", c.pattern, c.path, got, c.want)
		}
	}
}
