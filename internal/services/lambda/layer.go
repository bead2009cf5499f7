package lambda

import (
	"context"
	"strconv"
	"strings"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// layer is the record of a layer. It outlives its versions, whose numbers are
// not given out twice.
type layer struct {
	Name     string `json:"name"`
	Versions int64  `json:"versions"` // published so far
}

// layerVersion is the record of a version of a layer.
type layerVersion struct {
	Layer         string    `json:"layer"`
	Number        int64     `json:"number"`
	Description   string    `json:"description,omitempty"`
	License       string    `json:"license,omitempty"`
	Runtimes      []string  `json:"runtimes,omitempty"`
	Architectures []string  `json:"architectures,omitempty"`
	Created       time.Time `json:"created"`
	Hash          string    `json:"hash"`
	Size          int64     `json:"size"`
	Unpacked      int64     `json:"unpacked"`
	Policy        *document `json:"policy,omitempty"`
	Revision      string    `json:"revision"` // of the policy
}

func (p place) layerARN(name string) string {
	return arn.Make(area, p.region, p.account, "layer:"+name)
}

func (v *layerVersion) arn(p place) string {
	return p.layerARN(v.Layer) + ":" + strconv.FormatInt(v.Number, 10)
}

// parseLayer reads the name of a layer, which may be given by its ARN.
func parseLayer(c *front.Call, text string) (place, string, error) {
	p := place{c.Account, c.Region}
	if !strings.HasPrefix(text, "arn:") {
		return p, text, nil
	}
	a, err := arn.Parse(text)
	name, ok := strings.CutPrefix(a.Resource, "layer:")
	if err != nil || !ok || strings.Contains(name, ":") {
		return p, "", invalid("The layer name %s is not valid.", text)
	}
	if a.Account != p.account || a.Region != p.region {
		return p, "", errNoLayer()
	}
	return p, name, nil
}

// parseLayerARN reads the ARN of a layer's version.
func parseLayerARN(p place, text string) (name string, number int64, ok bool) {
	a, err := arn.Parse(text)
	rest, found := strings.CutPrefix(a.Resource, "layer:")
	name, digits, _ := strings.Cut(rest, ":")
	number, err2 := strconv.ParseInt(digits, 10, 64)
	return name, number, err == nil && found && err2 == nil && a.Account == p.account && a.Region == p.region
}

func errNoLayer() *awserr.Error {
	return api.ResourceNotFoundException("The resource you requested does not exist.")
}

// layersOf reads the layers that a configuration names.
func (s *Service) layersOf(ctx context.Context, p place, arns []string) (uses []layerUse, given bool, err error) {
	if arns == nil {
		return nil, false, nil
	}
	names := map[string]bool{}
	err = s.store.View(ctx, func(r kv.Reader) error {
		uses = nil
		for _, text := range arns {
			name, number, ok := parseLayerARN(p, text)
			if !ok {
				return invalid("Layer version %s does not exist.", text)
			}
			if names[name] {
				return invalid("Two different versions of the same layer are not allowed to be referenced in the same function. %s and its other version", text)
			}
			names[name] = true
			v, ok, err := kv.Load[layerVersion](r, p.layerVersionKey(name, number))
			if err != nil {
				return err
			}
			if !ok {
				return invalid("Layer version %s does not exist.", text)
			}
			uses = append(uses, layerUse{ARN: text, Hash: v.Hash, Size: v.Size, Unpacked: v.Unpacked})
		}
		return nil
	})
	return uses, true, err
}

// PublishLayerVersion makes a version of a layer.
func (s *Service) PublishLayerVersion(ctx context.Context, in *api.PublishLayerVersionRequest) (*api.PublishLayerVersionResponse, error) {
	c := front.CallFrom(ctx)
	p, name, err := parseLayer(c, *in.LayerName)
	if err != nil {
		return nil, err
	}
	stored, err := s.take(ctx, "PublishLayerVersion", source{zip: in.Content.ZipFile, bucket: in.Content.S3Bucket, key: in.Content.S3Key})
	if err != nil {
		return nil, err
	}
	v := layerVersion{Layer: name, Description: value(in.Description), License: value(in.LicenseInfo), Runtimes: in.CompatibleRuntimes,
		Architectures: in.CompatibleArchitectures, Created: c.Time, Hash: stored.Hash, Size: stored.Size, Unpacked: stored.Unpacked}
	err = s.store.Update(ctx, func(t kv.Txn) error {
		l, _, err := kv.Load[layer](t, p.layerKey(name))
		if err != nil {
			return err
		}
		l.Name = name
		l.Versions++
		v.Number = l.Versions
		if err := kv.Save(t, p.layerKey(name), l); err != nil {
			return err
		}
		if err := s.countLayer(t, p, 1, &v); err != nil {
			return err
		}
		return kv.Save(t, p.layerVersionKey(name, v.Number), v)
	})
	if err != nil {
		return nil, err
	}
	g := s.describeLayer(p, &v)
	return &api.PublishLayerVersionResponse{Content: g.Content, LayerArn: g.LayerArn, LayerVersionArn: g.LayerVersionArn, Description: g.Description,
		CreatedDate: g.CreatedDate, Version: g.Version, CompatibleRuntimes: g.CompatibleRuntimes, LicenseInfo: g.LicenseInfo,
		CompatibleArchitectures: g.CompatibleArchitectures}, nil
}

// countLayer counts a version of a layer in (1) or out (-1).
func (s *Service) countLayer(t kv.Txn, p place, by int64, v *layerVersion) error {
	u, _, err := kv.Load[usage](t, p.usageKey())
	if err != nil {
		return err
	}
	u.Code += by * v.Size
	if by > 0 {
		if err := s.checkQuota(&u); err != nil {
			return err
		}
	}
	if err := use(t, by, v.Hash); err != nil {
		return err
	}
	return kv.Save(t, p.usageKey(), u)
}

func (s *Service) describeLayer(p place, v *layerVersion) *api.GetLayerVersionResponse {
	return &api.GetLayerVersionResponse{
		Content:  &api.LayerVersionContentOutput{Location: new(s.location(v.Hash)), CodeSha256: sha(v.Hash), CodeSize: &v.Size},
		LayerArn: new(p.layerARN(v.Layer)), LayerVersionArn: new(v.arn(p)), Description: &v.Description, CreatedDate: stamp(v.Created),
		Version: &v.Number, CompatibleRuntimes: v.Runtimes, LicenseInfo: optional(v.License), CompatibleArchitectures: v.Architectures,
	}
}

func loadLayer(r kv.Reader, p place, name string, number int64) (layerVersion, error) {
	v, ok, err := kv.Load[layerVersion](r, p.layerVersionKey(name, number))
	if err == nil && !ok {
		err = errNoLayer()
	}
	return v, err
}

// GetLayerVersion describes a version of a layer.
func (s *Service) GetLayerVersion(ctx context.Context, in *api.GetLayerVersionRequest) (*api.GetLayerVersionResponse, error) {
	p, name, err := parseLayer(front.CallFrom(ctx), *in.LayerName)
	if err != nil {
		return nil, err
	}
	return s.getLayer(ctx, p, name, *in.VersionNumber)
}

// GetLayerVersionByArn is GetLayerVersion by the version's ARN.
func (s *Service) GetLayerVersionByArn(ctx context.Context, in *api.GetLayerVersionByArnRequest) (*api.GetLayerVersionResponse, error) {
	p := placeOf(front.CallFrom(ctx))
	name, number, ok := parseLayerARN(p, *in.Arn)
	if !ok {
		return nil, errNoLayer()
	}
	return s.getLayer(ctx, p, name, number)
}

func (s *Service) getLayer(ctx context.Context, p place, name string, number int64) (out *api.GetLayerVersionResponse, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		v, err := loadLayer(r, p, name, number)
		out = s.describeLayer(p, &v)
		return err
	})
	return out, err
}

// DeleteLayerVersion deletes a version of a layer; functions that have it keep
// it. One that is not there is no error.
func (s *Service) DeleteLayerVersion(ctx context.Context, in *api.DeleteLayerVersionRequest) (*wire.Empty, error) {
	p, name, err := parseLayer(front.CallFrom(ctx), *in.LayerName)
	if err != nil {
		return nil, err
	}
	key := p.layerVersionKey(name, *in.VersionNumber)
	err = s.store.Update(ctx, func(t kv.Txn) error {
		v, ok, err := kv.Load[layerVersion](t, key)
		if err != nil || !ok {
			return err
		}
		if err := s.countLayer(t, p, -1, &v); err != nil {
			return err
		}
		return t.Delete(key)
	})
	if err == nil {
		s.background(s.collect)
	}
	return &wire.Empty{}, err
}

func placeOf(c *front.Call) place { return place{c.Account, c.Region} }
