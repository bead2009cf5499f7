package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

const defaultEndpoint = "http://127.0.0.1:4566"

// endpointFlag declares --endpoint.
func endpointFlag(fs *flag.FlagSet) *string {
	return fs.String("endpoint", "", "`url` of the server; AWS_ENDPOINT_URL, then "+defaultEndpoint+" where not given")
}

func (e *env) endpoint(flagValue string) string {
	for _, u := range []string{flagValue, e.getenv("AWS_ENDPOINT_URL"), defaultEndpoint} {
		if u != "" {
			return strings.TrimRight(u, "/")
		}
	}
	return ""
}

// ask makes a request to an own endpoint of the server.
func ask(ctx context.Context, method, url string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return nil, fmt.Errorf("no server answers at %s; start one with: gatehouse serve", origin(url))
	case err != nil:
		return nil, err
	case resp.StatusCode >= 300:
		defer resp.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
		return nil, fmt.Errorf("%s", strings.TrimSpace(string(text)))
	}
	return resp, nil
}

func origin(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// show copies an answer to standard output as it comes.
func (e *env) show(ctx context.Context, url string) error {
	resp, err := ask(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(e.stdout, resp.Body)
	if ctx.Err() != nil {
		return nil // the user ended it
	}
	return err
}
