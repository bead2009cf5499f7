package apigateway

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// maxResources is the default quota of resources in an API.
const maxResources = 300

func noResource() *awserr.Error {
	return api.NotFoundException("Invalid Resource identifier specified")
}

// loadResource reads one resource of an API. Without the API there is no
// resource either, and that is what is said.
func (s space) loadResource(r kv.Reader, apiID, id *string) (*api.Resource, error) {
	return load[api.Resource](r, s.draft(str(apiID)).key(ofResource, str(id)), noResource())
}

func (s space) saveResource(t kv.Txn, apiID *string, res *api.Resource) error {
	stored := *res
	stored.Path = nil // follows from the ancestors
	err := kv.Save(t, s.draft(str(apiID)).key(ofResource, *res.Id), stored)
	if errors.Is(err, kv.ErrTooLarge) {
		return api.LimitExceededException("The methods of resource %s are too large", *res.Id)
	}
	return err
}

// CreateResource adds a resource below a parent.
func (s *Service) CreateResource(ctx context.Context, in *api.CreateResourceRequest) (*api.Resource, error) {
	sp := spaceOf(ctx)
	res := &api.Resource{Id: new(ids.Lower(6)), ParentId: in.ParentId, PathPart: in.PathPart}
	err := s.store.Update(ctx, func(t kv.Txn) error {
		if err := sp.needAPI(t, in.RestApiId); err != nil {
			return err
		}
		all, err := sp.draft(*in.RestApiId).resources(t)
		if err != nil {
			return err
		}
		if len(all) >= maxResources {
			return api.LimitExceededException("Maximum number of resources for this API has been reached. Please contact AWS if you need additional resources.")
		}
		if err := all.place(res); err != nil {
			return err
		}
		return sp.saveResource(t, in.RestApiId, res)
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

// GetResource reads a resource; with embed=methods its methods too.
func (s *Service) GetResource(ctx context.Context, in *api.GetResourceRequest) (*api.Resource, error) {
	sp := spaceOf(ctx)
	var found *api.Resource
	err := s.store.View(ctx, func(r kv.Reader) error {
		all, err := sp.draft(str(in.RestApiId)).resources(r)
		if err != nil {
			return err
		}
		if found = all.find(in.ResourceId); found == nil {
			return noResource()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resourceOut(found, slices.Contains(in.Embed, "methods")), nil
}

// resourceOut is a resource as it is sent: of its methods only the names,
// unless they are asked for.
func resourceOut(res *api.Resource, methods bool) *api.Resource {
	out := *res
	if len(res.ResourceMethods) == 0 {
		out.ResourceMethods = nil
		return &out
	}
	out.ResourceMethods = make(map[string]api.Method, len(res.ResourceMethods))
	for name, m := range res.ResourceMethods {
		if !methods {
			m = api.Method{}
		}
		out.ResourceMethods[name] = m
	}
	return &out
}

// GetResources lists the resources of an API by path.
func (s *Service) GetResources(ctx context.Context, in *api.GetResourcesRequest) (*api.Resources, error) {
	sp := spaceOf(ctx)
	var all resources
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		if err = sp.needAPI(r, in.RestApiId); err == nil {
			all, err = sp.draft(*in.RestApiId).resources(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(r api.Resource) string { return *r.Path }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	out := make([]api.Resource, len(items))
	for i := range items {
		out[i] = *resourceOut(&items[i], slices.Contains(in.Embed, "methods"))
	}
	return &api.Resources{Items: out, Position: next}, nil
}

// DeleteResource removes a resource with everything below it.
func (s *Service) DeleteResource(ctx context.Context, in *api.DeleteResourceRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		tr := sp.draft(str(in.RestApiId))
		all, err := tr.resources(t)
		if err != nil {
			return err
		}
		top := all.find(in.ResourceId)
		switch {
		case top == nil:
			return noResource()
		case top.ParentId == nil:
			return api.BadRequestException("Cannot delete the root resource")
		}
		for i := range all {
			if all.under(&all[i], *top.Id) {
				if err := t.Delete(tr.key(ofResource, *all[i].Id)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// UpdateResource renames or moves a resource.
func (s *Service) UpdateResource(ctx context.Context, in *api.UpdateResourceRequest) (*api.Resource, error) {
	sp := spaceOf(ctx)
	var res *api.Resource
	err := s.store.Update(ctx, func(t kv.Txn) error {
		all, err := sp.draft(str(in.RestApiId)).resources(t)
		if err != nil {
			return err
		}
		if res = all.find(in.ResourceId); res == nil {
			return noResource()
		}
		moved := *res
		if err := resourcePatch.run(&moved, in.PatchOperations); err != nil {
			return err
		}
		if res.ParentId != nil {
			if err := all.place(&moved); err != nil {
				return err
			}
		}
		res = &moved
		return sp.saveResource(t, in.RestApiId, res)
	})
	if err != nil {
		return nil, err
	}
	return resourceOut(res, false), nil
}

var resourcePatch = patch[api.Resource]{refuse: listing, slots: []slot[api.Resource]{
	{"/parentId", onlyReplace, func(r *api.Resource, e edit) error {
		if r.ParentId == nil {
			return api.BadRequestException("Root resource cannot update its parentId.")
		}
		r.ParentId = new(e.text())
		return nil
	}},
	{"/pathPart", onlyReplace, func(r *api.Resource, e edit) error {
		if r.ParentId == nil {
			return api.BadRequestException("Root resource cannot update its pathPart.")
		}
		r.PathPart = new(e.text())
		return nil
	}},
}}

// partForm is what a path part may be: text, or a variable, greedy or not.
var partForm = regexp.MustCompile(`^(?:[a-zA-Z0-9._\-:]+|\{[a-zA-Z0-9._\-:]+\+?\})$`)

func isVariable(part string) bool { return strings.HasPrefix(part, "{") }
func isGreedy(part string) bool   { return strings.HasSuffix(part, "+}") }
