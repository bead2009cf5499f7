package cli

import (
	"context"
	"flag"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
	"github.com/gatehouse-dev/gatehouse/internal/up"
)

func upCommand() command {
	return command{name: "up", args: "DIR", short: "Build and deploy the stack of a directory",
		long: "DIR holds a template.yaml or template.json. Go functions are built, everything is deployed by\nCloudFormation, and the outputs are shown. Again, it updates the stack.",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			o := stackFlags(fs)
			params := paramsFlag{}
			fs.Var(params, "param", "template parameter, `name=value`; may be given several times")
			return func(ctx context.Context, e *env, args []string) error {
				opts, err := o.options(e, args)
				if err != nil {
					return err
				}
				opts.Params = params
				_, err = up.Run(ctx, opts)
				return err
			}
		}}
}

func downCommand() command {
	return command{name: "down", args: "DIR", short: "Delete the stack of a directory",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			o := stackFlags(fs)
			return func(ctx context.Context, e *env, args []string) error {
				opts, err := o.options(e, args)
				if err != nil {
					return err
				}
				return up.Down(ctx, opts)
			}
		}}
}

// stack is what up and down have in common.
type stack struct{ endpoint, region, name *string }

func stackFlags(fs *flag.FlagSet) stack {
	return stack{endpointFlag(fs), fs.String("region", "us-east-1", "`region` of the stack"), fs.String("stack", "", "`name` of the stack; the directory's where not given")}
}

func (s stack) options(e *env, args []string) (up.Options, error) {
	if len(args) != 1 {
		return up.Options{}, usageError("name one directory")
	}
	return up.Options{Dir: args[0], Endpoint: e.endpoint(*s.endpoint), Credentials: e.credentials(), Region: *s.region, StackName: *s.name, Out: e.stdout}, nil
}

// credentials are the environment's, or the pair that is root on loopback.
func (e *env) credentials() sigv4sign.Credentials {
	if id, secret := e.getenv("AWS_ACCESS_KEY_ID"), e.getenv("AWS_SECRET_ACCESS_KEY"); id != "" && secret != "" {
		return sigv4sign.Credentials{AccessKeyID: id, Secret: secret, SessionToken: e.getenv("AWS_SESSION_TOKEN")}
	}
	return sigv4sign.Credentials{AccessKeyID: "test", Secret: "test"}
}

// paramsFlag collects name=value.
type paramsFlag map[string]string

func (p paramsFlag) String() string { return "" }

func (p paramsFlag) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return usageError("must be name=value")
	}
	p[name] = value
	return nil
}
