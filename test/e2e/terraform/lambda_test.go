//go:build e2e

package terraform

import (
	"archive/zip"
	"bytes"
	"testing"
)

const handlers = `def handler(event, context):
    return {"hello": event.get("name")}
`

// zipped is a zip of one file.
func zipped(t *testing.T, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLambda(t *testing.T) {
	configuration{
		name: "lambda",
		files: map[string][]byte{
			"function.zip": zipped(t, "main.py", handlers),
			"changed.zip":  zipped(t, "main.py", handlers+"\n\nother = handler\n"),
			"layer.zip":    zipped(t, "python/words.py", "WORD = 'yes'\n"),
		},
		fixed: map[string]string{
			"aws_iam_role":                        "is changed elsewhere: TestIAM",
			"aws_iam_role_policy":                 "is changed elsewhere: TestIAM",
			"aws_lambda_layer_version":            "a layer is never changed",
			"aws_lambda_layer_version_permission": "statements are never changed",
			"aws_lambda_permission":               "statements are never changed",
		},
		untold: map[string]untold{
			"aws_lambda_function": {[]string{"filename", "publish", "source_code_hash"}, "Lambda does not know where the code came from, nor who publishes"},
		},
		left: []string{
			"lambda list-functions --query length(Functions)",
			"lambda list-layers --query length(Layers)",
			"logs describe-log-groups --log-group-name-prefix /functions --query length(logGroups)",
			"iam list-roles --query length(Roles)",
		},
	}.run(t, func(w *workspace) {
		w.wantOutput("data", `{
			"function": [192, "1", 5],
			"functions": ["failed", "full", "plain"],
			"alias": "1",
			"layer": [1, ["python3.12", "python3.13"]],
			"invoked": [{"hello": "gate"}, {"hello": "data"}]
		}`)
	}, nil)
}
