package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// nginxConfig has what matters kept alike: no logs, keep-alive on both sides.
const nginxConfig = `worker_processes %d;
daemon off;
pid %s/nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
	access_log off;
	default_type application/json;
	client_body_temp_path %[2]s/body;
	proxy_temp_path %[2]s/proxy;
	fastcgi_temp_path %[2]s/fastcgi;
	uwsgi_temp_path %[2]s/uwsgi;
	scgi_temp_path %[2]s/scgi;
	keepalive_requests 1000000000;
%s
}
`

// nginx starts an nginx with one server and waits until it answers.
func (l *lab) nginx(ctx context.Context, name string, workers int, http string) (*service, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(l.dir, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(nginxConfig, workers, dir, strings.ReplaceAll(http, "ADDR", addr))
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		return nil, err
	}
	p, err := start(nil, "nginx", "-c", conf, "-e", "stderr", "-p", dir)
	if err != nil {
		return nil, err
	}
	l.onClose(p.stop)
	u := "http://" + addr
	return &service{p, u}, p.ready(ctx, u)
}

// nginxUpstream is the origin of all proxies: an nginx that answers itself.
func (l *lab) nginxUpstream(ctx context.Context) (*service, error) {
	return l.nginx(ctx, "upstream", 1, `
	server {
		listen ADDR;
		location / { return 200 '`+body+`'; }
	}`)
}

// nginxProxy is proxy_pass with a keep-alive upstream.
func (l *lab) nginxProxy(ctx context.Context, upstream string) (*service, error) {
	return l.nginx(ctx, "proxy", 2, `
	upstream origin {
		server `+strings.TrimPrefix(upstream, "http://")+`;
		keepalive 64;
		keepalive_requests 1000000000;
	}
	server {
		listen ADDR;
		location / {
			proxy_pass http://origin;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
		}
	}`)
}
