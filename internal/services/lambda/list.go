package lambda

import (
	"context"
	"fmt"
	"strconv"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/paging"
)

// maxPage is the largest page, whatever is asked for ("ListFunctions").
const maxPage = 50

// page cuts a listing, which is sorted by key.
func page[T any](items []T, key func(T) string, marker *string, size *int32) ([]T, *string, error) {
	limit := maxPage
	if size != nil {
		limit = min(limit, int(*size))
	}
	items, next, err := paging.Slice(items, key, marker, limit)
	if err != nil {
		err = invalid("The marker is not valid.")
	}
	return items, next, err
}

// ListFunctions lists the functions by name, or all their versions.
func (s *Service) ListFunctions(ctx context.Context, in *api.ListFunctionsRequest) (*api.ListFunctionsResponse, error) {
	p := placeOf(front.CallFrom(ctx))
	if in.MasterRegion != nil && *in.MasterRegion != "ALL" && *in.MasterRegion != p.region {
		return &api.ListFunctionsResponse{Functions: []api.FunctionConfiguration{}}, nil
	}
	all := value(in.FunctionVersion) == "ALL"
	type item struct {
		key string
		n   name
		v   version
	}
	var items []item
	err := s.store.View(ctx, func(r kv.Reader) error {
		items = nil
		functions, err := kv.LoadAll[function](r, p.functions())
		if err != nil {
			return err
		}
		for _, f := range functions {
			n := name{p, f.Name, ""}
			if all {
				versions, err := kv.LoadAll[version](r, p.versions(f.Name))
				if err != nil {
					return err
				}
				for _, v := range versions {
					items = append(items, item{f.Name + "\x00" + orderOf(v.Number), name{p, f.Name, v.Number}, v})
				}
				continue
			}
			v, err := loadVersion(r, n, latest)
			if err != nil {
				return err
			}
			items = append(items, item{f.Name, n, v})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	sortBy(items, func(i item) string { return i.key })
	shown, next, err := page(items, func(i item) string { return i.key }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.ListFunctionsResponse{NextMarker: next, Functions: []api.FunctionConfiguration{}}
	for i := range shown {
		out.Functions = append(out.Functions, *listed(shown[i].v.configuration(shown[i].n, shown[i].n.arn())))
	}
	return out, nil
}

// listed takes out what listings do not have ("ListFunctions" names them).
func listed(c *api.FunctionConfiguration) *api.FunctionConfiguration {
	c.State, c.LastUpdateStatus, c.RuntimeVersionConfig = nil, nil, nil
	return c
}

// orderOf sorts $LATEST first and then by number.
func orderOf(number string) string {
	n, _ := strconv.ParseInt(number, 10, 64)
	return fmt.Sprintf("%019d", n)
}

// ListVersionsByFunction lists the versions, the latest first.
func (s *Service) ListVersionsByFunction(ctx context.Context, in *api.ListVersionsByFunctionRequest) (*api.ListVersionsByFunctionResponse, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	var versions []version
	err = s.store.View(ctx, func(r kv.Reader) error {
		if _, err := loadFunction(r, n); err != nil {
			return err
		}
		versions, err = kv.LoadAll[version](r, n.versions(n.function))
		return err
	})
	if err != nil {
		return nil, err
	}
	key := func(v version) string { return orderOf(v.Number) }
	sortBy(versions, key)
	shown, next, err := page(versions, key, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.ListVersionsByFunctionResponse{NextMarker: next, Versions: []api.FunctionConfiguration{}}
	for i := range shown {
		out.Versions = append(out.Versions, *listed(shown[i].configuration(n, n.qualified(shown[i].Number))))
	}
	return out, nil
}

// ListAliases lists a function's aliases by name, or those of one version.
func (s *Service) ListAliases(ctx context.Context, in *api.ListAliasesRequest) (*api.ListAliasesResponse, error) {
	n, err := unqualified(front.CallFrom(ctx), *in.FunctionName)
	if err != nil {
		return nil, err
	}
	var aliases []alias
	err = s.store.View(ctx, func(r kv.Reader) error {
		if _, err := loadFunction(r, n); err != nil {
			return err
		}
		all, err := kv.LoadAll[alias](r, n.aliases(n.function))
		aliases = nil
		for _, a := range all {
			if in.FunctionVersion == nil || a.Version == *in.FunctionVersion {
				aliases = append(aliases, a)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	shown, next, err := page(aliases, func(a alias) string { return a.Name }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.ListAliasesResponse{NextMarker: next, Aliases: []api.AliasConfiguration{}}
	for i := range shown {
		out.Aliases = append(out.Aliases, *shown[i].configuration(n))
	}
	return out, nil
}
