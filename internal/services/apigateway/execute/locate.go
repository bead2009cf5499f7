package execute

import (
	"net/http"
	"strings"
)

// Locate finds the API, the stage and the path of an invocation in its host
// name or its path:
//
//	{api}.execute-api.{region}.amazonaws.com/{stage}/...
//	{api}.execute-api[.{region}].localhost[:port]/{stage}/...
//	{api}.execute-api[.{region}].localhost.localstack.cloud[:port]/{stage}/...
//	/restapis/{api}/{stage}/_user_request_/...
//	/_aws/execute-api/{api}/{stage}/...
//
// The path is as it was sent, percent encodings included, and begins with a
// slash or is empty. A host name without a stage gives an empty stage, which no
// API has.
func Locate(r *http.Request) (apiID, stage, path string, ok bool) {
	escaped := r.URL.EscapedPath()
	if api, ok := apiOfHost(r.Host); ok {
		stage, path = cutSegment(escaped)
		return api, stage, path, true
	}
	if rest, ok := strings.CutPrefix(escaped, "/_aws/execute-api/"); ok {
		apiID, rest = cutSegment("/" + rest)
		stage, path = cutSegment(rest)
		return apiID, stage, path, apiID != ""
	}
	if rest, ok := strings.CutPrefix(escaped, "/restapis/"); ok {
		apiID, rest = cutSegment("/" + rest)
		stage, rest = cutSegment(rest)
		if path, ok = strings.CutPrefix(rest, "/_user_request_"); ok && (path == "" || path[0] == '/') {
			return apiID, stage, path, apiID != ""
		}
	}
	return "", "", "", false
}

// cutSegment splits "/first/rest" into "first" and "/rest".
func cutSegment(path string) (segment, rest string) {
	path = strings.TrimPrefix(path, "/")
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

const executeLabel = ".execute-api."

func apiOfHost(host string) (string, bool) {
	i := strings.IndexByte(host, '.')
	if i <= 0 || len(host)-i < len(executeLabel) || !strings.EqualFold(host[i:i+len(executeLabel)], executeLabel) {
		return "", false
	}
	rest := strings.ToLower(host[i+len(executeLabel):])
	if j := strings.LastIndexByte(rest, ':'); j >= 0 {
		rest = rest[:j]
	}
	api := strings.ToLower(host[:i])
	for _, base := range [...]string{"localhost", "localhost.localstack.cloud"} {
		if rest == base {
			return api, true
		}
		if region, ok := strings.CutSuffix(rest, "."+base); ok && region != "" && !strings.Contains(region, ".") {
			return api, true
		}
	}
	for _, base := range [...]string{".amazonaws.com", ".amazonaws.com.cn"} {
		if region, ok := strings.CutSuffix(rest, base); ok && region != "" && !strings.Contains(region, ".") {
			return api, true
		}
	}
	return "", false
}
