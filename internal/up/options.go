package up

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
)

// Options say what to deploy, and where to.
type Options struct {
	Dir string
	// Endpoint is the server's URL: http://127.0.0.1:4566.
	Endpoint    string
	Credentials sigv4sign.Credentials
	Region      string // us-east-1 where empty
	// StackName is the name of the directory where it is empty.
	StackName string
	// Params are the values of the template's parameters. Those not given keep
	// the value of the deployed stack, else they have their default.
	Params map[string]string
	Out    io.Writer
	// Cache is where functions are built; the user's cache directory where it
	// is empty.
	Cache string
	// Client is http.DefaultClient where it is nil.
	Client *http.Client
	Clock  *clock.Clock // the machine's where it is nil
}

var notName = regexp.MustCompile(`[^A-Za-z0-9]+`)

// complete fills in what was left to choose.
func (o *Options) complete() error {
	if o.Dir == "" || o.Endpoint == "" {
		return errors.New("up: a directory and an endpoint are needed")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return err
	}
	o.Dir = dir
	o.Endpoint = strings.TrimRight(o.Endpoint, "/")
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.StackName == "" {
		o.StackName = strings.Trim(notName.ReplaceAllString(filepath.Base(dir), "-"), "-")
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	if o.Clock == nil {
		o.Clock = &clock.Clock{}
	}
	if o.Cache == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		o.Cache = filepath.Join(cache, "gatehouse", "build")
	}
	return nil
}
