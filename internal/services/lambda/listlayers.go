package lambda

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

func sortBy[T any](items []T, key func(T) string) {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}

// fits reports whether a version of a layer is for a runtime and an architecture.
func (v *layerVersion) fits(runtime, architecture *string) bool {
	return (runtime == nil || slices.Contains(v.Runtimes, *runtime)) &&
		(architecture == nil || slices.Contains(v.Architectures, *architecture))
}

func (v *layerVersion) item(p place) *api.LayerVersionsListItem {
	return &api.LayerVersionsListItem{LayerVersionArn: new(v.arn(p)), Version: &v.Number, Description: optional(v.Description),
		CreatedDate: stamp(v.Created), CompatibleRuntimes: v.Runtimes, LicenseInfo: optional(v.License), CompatibleArchitectures: v.Architectures}
}

// newestFirst reads the versions of a layer that fit.
func newestFirst(r kv.Reader, p place, name string, runtime, architecture *string) ([]layerVersion, error) {
	rng := p.layerVersions(name)
	rng.Reverse = true
	all, err := kv.LoadAll[layerVersion](r, rng)
	return slices.DeleteFunc(all, func(v layerVersion) bool { return !v.fits(runtime, architecture) }), err
}

// ListLayers lists the layers that have versions, each with its newest one.
func (s *Service) ListLayers(ctx context.Context, in *api.ListLayersRequest) (*api.ListLayersResponse, error) {
	p := placeOf(front.CallFrom(ctx))
	var items []api.LayersListItem
	err := s.store.View(ctx, func(r kv.Reader) error {
		items = nil
		layers, err := kv.LoadAll[layer](r, p.layers())
		if err != nil {
			return err
		}
		for _, l := range layers {
			versions, err := newestFirst(r, p, l.Name, in.CompatibleRuntime, in.CompatibleArchitecture)
			if err != nil {
				return err
			}
			if len(versions) > 0 {
				items = append(items, api.LayersListItem{LayerName: &l.Name, LayerArn: new(p.layerARN(l.Name)), LatestMatchingVersion: versions[0].item(p)})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := &api.ListLayersResponse{}
	out.Layers, out.NextMarker, err = page(items, func(i api.LayersListItem) string { return *i.LayerName }, in.Marker, in.MaxItems)
	if out.Layers == nil {
		out.Layers = []api.LayersListItem{}
	}
	return out, err
}

// ListLayerVersions lists the versions of a layer, the newest first.
func (s *Service) ListLayerVersions(ctx context.Context, in *api.ListLayerVersionsRequest) (*api.ListLayerVersionsResponse, error) {
	p, name, err := parseLayer(front.CallFrom(ctx), *in.LayerName)
	if err != nil {
		return nil, err
	}
	var versions []layerVersion
	err = s.store.View(ctx, func(r kv.Reader) error {
		versions, err = newestFirst(r, p, name, in.CompatibleRuntime, in.CompatibleArchitecture)
		return err
	})
	if err != nil {
		return nil, err
	}
	const most = 1 << 62
	shown, next, err := page(versions, func(v layerVersion) string { return fmt.Sprintf("%019d", most-v.Number) }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	out := &api.ListLayerVersionsResponse{NextMarker: next, LayerVersions: []api.LayerVersionsListItem{}}
	for i := range shown {
		out.LayerVersions = append(out.LayerVersions, *shown[i].item(p))
	}
	return out, nil
}
