package iam

import (
	"net/url"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
)

func identityARN(account, kind, path, name string) string {
	return arn.Make("iam", "", account, kind+path+name)
}

// splitResource takes the ARN of an entity of a kind apart.
func splitResource(entityARN, kind string) (path, name string) {
	a, err := arn.Parse(entityARN)
	if err != nil {
		return "/", entityARN
	}
	rest := strings.TrimPrefix(a.Resource, kind)
	i := strings.LastIndexByte(rest, '/')
	return rest[:i+1], rest[i+1:]
}

// splitKind is the kind in the ARN of an entity.
func splitKind(entityARN string) (kind string, ok bool) {
	a, err := arn.Parse(entityARN)
	if err != nil {
		return "", false
	}
	kind, _, ok = strings.Cut(a.Resource, "/")
	return kind, ok
}

func policyARN(account, path, name string) string {
	return identityARN(account, kindPolicy, path, name)
}

func providerARN(account, url string) string {
	return arn.Make("iam", "", account, kindProvider+"/"+url)
}

func tagMap(tags []api.Tag) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[*t.Key] = *t.Value
	}
	return m
}

func sortedNames(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// escaped is how IAM returns documents: percent-encoded (RFC 3986).
func escaped(document string) *string {
	return new(strings.ReplaceAll(url.QueryEscape(document), "+", "%20"))
}

// pathOr is the path, or the root where none is given.
func pathOr(p *string) string {
	if p == nil {
		return "/"
	}
	return orRoot(*p)
}

func orRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}
