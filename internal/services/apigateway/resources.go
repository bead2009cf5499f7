package apigateway

import (
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// resources are all those of an API, sorted by path.
type resources []api.Resource

// resources reads those of a tree and works out their paths.
func (t tree) resources(r kv.Reader) (resources, error) {
	all, err := kv.LoadAll[api.Resource](r, t.all(ofResource))
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*api.Resource, len(all))
	for i := range all {
		byID[*all[i].Id] = &all[i]
	}
	for i := range all {
		all[i].Path = new(pathOf(&all[i], byID))
	}
	slices.SortFunc(all, func(a, b api.Resource) int { return strings.Compare(*a.Path, *b.Path) })
	return all, nil
}

// pathOf joins the path parts from the root down.
func pathOf(res *api.Resource, byID map[string]*api.Resource) string {
	path := ""
	for res != nil && res.ParentId != nil {
		path = "/" + str(res.PathPart) + path
		res = byID[*res.ParentId]
	}
	if path == "" {
		return "/"
	}
	return path
}

func (all resources) find(id *string) *api.Resource {
	for i := range all {
		if *all[i].Id == str(id) {
			return &all[i]
		}
	}
	return nil
}

// byPath finds a resource by its whole path.
func (all resources) byPath(path string) *api.Resource {
	for i := range all {
		if *all[i].Path == path {
			return &all[i]
		}
	}
	return nil
}

// under reports whether res is the resource with the id or below it.
func (all resources) under(res *api.Resource, id string) bool {
	for res != nil {
		if *res.Id == id {
			return true
		}
		if res.ParentId == nil {
			return false
		}
		res = all.find(res.ParentId)
	}
	return false
}

// place checks that a resource, new or changed, may stand where it says it
// does, and sets its path.
func (all resources) place(res *api.Resource) error {
	part := str(res.PathPart)
	if !partForm.MatchString(part) {
		return api.BadRequestException("Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.")
	}
	parent := all.find(res.ParentId)
	if parent == nil {
		return noResource()
	}
	if all.under(parent, *res.Id) {
		return api.BadRequestException("Resources cannot be cyclical.")
	}
	if isGreedy(str(parent.PathPart)) {
		return api.BadRequestException("Cannot create a child of a resource with a greedy path variable: %s", *parent.PathPart)
	}
	for i := range all {
		sibling := &all[i]
		if sibling.ParentId == nil || *sibling.ParentId != *parent.Id || *sibling.Id == *res.Id {
			continue
		}
		if *sibling.PathPart == part {
			return api.ConflictException("Another resource with the same parent already has this name: %s", part)
		}
		if isVariable(part) && isVariable(*sibling.PathPart) {
			return api.BadRequestException("A sibling (%s) of this resource already has a variable path part -- only one is allowed", *sibling.PathPart)
		}
	}
	if isGreedy(part) && all.hasChildren(*res.Id) {
		return api.BadRequestException("Cannot create a child of a resource with a greedy path variable: %s", part)
	}
	res.Path = new(strings.TrimSuffix(*parent.Path, "/") + "/" + part)
	return nil
}

func (all resources) hasChildren(id string) bool {
	return slices.ContainsFunc(all, func(r api.Resource) bool { return str(r.ParentId) == id })
}
