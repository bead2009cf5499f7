package up

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
	"github.com/gatehouse-dev/gatehouse/internal/up/gobuild"
)

// What the server knows as the bucket of uploaded assets, and where it takes
// them: see internal/assets.
const (
	assetBucket  = "gatehouse-assets"
	assetPath    = "/_gatehouse/assets/"
	assetService = "gatehouse"
)

// readTemplate finds and reads the template of a directory.
func readTemplate(dir string) (*template.Node, error) {
	for _, name := range []string{"template.yaml", "template.yml", "template.json"} {
		body, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		root, err := template.Parse(body)
		if err == nil {
			_, err = template.FromNode(root)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, name), err)
		}
		return root, nil
	}
	return nil, fmt.Errorf("%s has no template.yaml, template.yml or template.json", dir)
}

// pack builds and uploads the code of each function that is a local path, and
// puts the upload in its place.
func (c *client) pack(ctx context.Context, root *template.Node) error {
	for _, r := range root.Get("Resources").Fields {
		if r.Value.Get("Type").Text != "AWS::Lambda::Function" {
			continue
		}
		code := r.Value.Get("Properties").Get("Code")
		if code == nil || code.Kind != template.String {
			continue
		}
		started := c.o.Clock.Now()
		zip, err := c.build(ctx, r.Value, code.Text)
		if err != nil {
			return fmt.Errorf("function %s: %w", r.Name, err)
		}
		key := sum(zip)
		if err := c.upload(ctx, key, zip); err != nil {
			return fmt.Errorf("function %s: uploading its code: %w", r.Name, err)
		}
		fmt.Fprintf(c.o.Out, "%8s  %-28s %s (%.1f MB)\n", since(c, started), "built", r.Name, float64(len(zip))/(1<<20))
		*code = template.Node{Kind: template.Map, Line: code.Line, Fields: []template.Field{
			{Name: "S3Bucket", Value: &template.Node{Kind: template.String, Text: assetBucket}},
			{Name: "S3Key", Value: &template.Node{Kind: template.String, Text: key}}}}
	}
	return nil
}

func (c *client) build(ctx context.Context, r *template.Node, path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.o.Dir, path)
	}
	method := ""
	if m := r.Get("Metadata").Get("BuildMethod"); m != nil {
		method = m.Text
	}
	switch method {
	case "go1.x":
		return gobuild.Build(ctx, gobuild.Options{Dir: path, Arch: arch(r), Cache: c.o.Cache})
	case "":
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return os.ReadFile(path) // a zip that is made already
		}
		return gobuild.ZipDir(path)
	}
	return nil, fmt.Errorf("BuildMethod %s is not supported, only go1.x", method)
}

// arch is what the function asks for, else this machine's: functions run here.
func arch(r *template.Node) string {
	if a := r.Get("Properties").Get("Architectures"); a != nil && len(a.Items) == 1 && a.Items[0].Kind == template.String {
		return a.Items[0].Text
	}
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// upload sends an asset unless the server has it.
func (c *client) upload(ctx context.Context, key string, zip []byte) error {
	status, _, err := c.asset(ctx, http.MethodHead, key, nil)
	if err != nil || status == http.StatusOK {
		return err
	}
	status, text, err := c.asset(ctx, http.MethodPut, key, zip)
	if err == nil && status != http.StatusNoContent {
		err = fmt.Errorf("%d %s: %s", status, http.StatusText(status), text)
	}
	return err
}

func (c *client) asset(ctx context.Context, method, key string, body []byte) (status int, text string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.o.Endpoint+assetPath+key, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	c.sign(req, assetService, sum(body))
	resp, err := c.o.Client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b := make([]byte, 1024)
	n, _ := resp.Body.Read(b)
	return resp.StatusCode, string(b[:n]), nil
}

func since(c *client, t time.Time) string {
	return fmt.Sprintf("%.1fs", c.o.Clock.Now().Sub(t).Seconds())
}
