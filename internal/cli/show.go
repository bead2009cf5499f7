package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/trace"
	"github.com/gatehouse-dev/gatehouse/internal/version"
)

func envCommand() command {
	return command{name: "env", short: "Print the exports that point the AWS CLI, SDKs and Terraform at the server",
		long: "Use it as: eval \"$(gatehouse env)\"",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			endpoint := endpointFlag(fs)
			region := fs.String("region", "us-east-1", "`region` to use")
			return func(_ context.Context, e *env, _ []string) error {
				for _, v := range [][2]string{
					{"AWS_ENDPOINT_URL", e.endpoint(*endpoint)}, {"AWS_ACCESS_KEY_ID", "test"}, {"AWS_SECRET_ACCESS_KEY", "test"},
					{"AWS_REGION", *region}, {"AWS_DEFAULT_REGION", *region}, {"AWS_EC2_METADATA_DISABLED", "true"},
				} {
					e.printf("export %s=%s\n", v[0], v[1])
				}
				return nil
			}
		}}
}

func statusCommand() command {
	return command{name: "status", short: "Show whether the server runs, and what it serves",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			endpoint := endpointFlag(fs)
			return func(ctx context.Context, e *env, _ []string) error {
				resp, err := ask(ctx, http.MethodGet, e.endpoint(*endpoint)+"/_gatehouse/health", nil)
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				var h struct {
					Status, Version, URL, Store string
					UptimeSeconds               float64
					Services                    map[string]string
				}
				if err := json.NewDecoder(resp.Body).Decode(&h); err != nil {
					return err
				}
				up := time.Duration(h.UptimeSeconds * float64(time.Second)).Round(time.Second)
				e.printf("Gatehouse %s at %s: %s, up %s, store %s\n", h.Version, h.URL, h.Status, up, h.Store)
				names := make([]string, 0, len(h.Services))
				for n := range h.Services {
					names = append(names, n)
				}
				sort.Strings(names)
				for _, n := range names {
					e.printf("  %-20s %s\n", n, h.Services[n])
				}
				return nil
			}
		}}
}

func logsCommand() command {
	return command{name: "logs", args: "GROUP", short: "Show the lines of a log group",
		long: "With -f the lines follow as they come, until Ctrl-C.",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			endpoint := endpointFlag(fs)
			follow := fs.Bool("f", false, "follow")
			region := fs.String("region", "us-east-1", "`region` of the group")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) != 1 {
					return usageError("name one log group, such as /aws/lambda/NAME")
				}
				q := url.Values{"group": {args[0]}, "region": {*region}}
				if *follow {
					q.Set("follow", "1")
				}
				return e.show(ctx, e.endpoint(*endpoint)+"/_gatehouse/logs?"+q.Encode())
			}
		}}
}

func smsCommand() command {
	return command{name: "sms", short: "Show the text messages that were sent",
		long: "With -f they follow as they come, until Ctrl-C.",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			endpoint := endpointFlag(fs)
			follow := fs.Bool("f", false, "follow")
			number := fs.String("number", "", "only to this phone `number`")
			return func(ctx context.Context, e *env, _ []string) error {
				q := url.Values{}
				if *number != "" {
					q.Set("number", *number)
				}
				if *follow {
					q.Set("follow", "1")
				}
				return e.show(ctx, e.endpoint(*endpoint)+"/_gatehouse/sms?"+q.Encode())
			}
		}}
}

func explainCommand() command {
	return command{name: "explain", args: "ID", short: "Show the steps of a request, and which policy statement decided",
		long: "ID is the request id of an answer (x-amzn-RequestId). The last requests are kept in memory.",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			endpoint := endpointFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) != 1 {
					return usageError("name one request id")
				}
				resp, err := ask(ctx, http.MethodGet, e.endpoint(*endpoint)+"/_gatehouse/traces/"+url.PathEscape(args[0]), nil)
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				var t trace.Trace
				if err := json.NewDecoder(resp.Body).Decode(&t); err != nil {
					return err
				}
				printTrace(e.stdout, &t, "")
				return nil
			}
		}}
}

// printTrace writes a trace as an indented list of steps and facts.
func printTrace(w io.Writer, t *trace.Trace, indent string) {
	fmt.Fprintf(w, "%s%s %s -> %d, %s\n", indent, t.Kind, t.Title, t.Status, t.Time.Format(time.RFC3339))
	for _, s := range t.Steps {
		fmt.Fprintf(w, "%s  %7.2f ms  %s\n", indent, float64(s.At.Microseconds())/1000, s.Name)
		for _, f := range s.Fields {
			fmt.Fprintf(w, "%s              %s: %s\n", indent, f.Name, f.Value)
		}
	}
}

func clockCommand() command {
	return command{name: "clock", args: "[DURATION]", short: "Show the server's time, or move it forward",
		long: "Tokens, caches and schedules expire accordingly. Time does not go back.",
		flags: func(fs *flag.FlagSet) func(context.Context, *env, []string) error {
			endpoint := endpointFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				at := e.endpoint(*endpoint) + "/_gatehouse/clock"
				if len(args) == 0 {
					return e.show(ctx, at)
				}
				if len(args) != 1 {
					return usageError("give one duration, such as 90m")
				}
				body, err := json.Marshal(map[string]string{"advance": args[0]})
				if err != nil {
					return err
				}
				resp, err := ask(ctx, http.MethodPost, at, body)
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				_, err = io.Copy(e.stdout, resp.Body)
				return err
			}
		}}
}

func versionCommand() command {
	return command{name: "version", short: "Print the version",
		flags: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(_ context.Context, e *env, _ []string) error {
				e.printf("gatehouse %s\n", version.String())
				return nil
			}
		}}
}
