package apigateway

import (
	"context"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/openapi"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
)

// GetExport writes the API that a stage serves as a Swagger 2.0 or OpenAPI 3.0
// document, with the extensions that are asked for.
func (s *Service) GetExport(ctx context.Context, in *api.GetExportRequest) (*api.ExportResponse, error) {
	sp := spaceOf(ctx)
	kind := *in.ExportType
	if kind != "swagger" && kind != "oas30" {
		return nil, api.BadRequestException("Invalid export type specified: %s. Must be one of: [oas30, swagger]", kind)
	}
	e := openapi.Export{V3: kind == "oas30", Host: *in.RestApiId + ".execute-api." + sp.region + ".amazonaws.com", Stage: *in.StageName}
	for ext := range strings.SplitSeq(in.Parameters["extensions"], ",") {
		switch strings.TrimSpace(ext) {
		case "":
		case "integrations":
			e.Integrations = true
		case "authorizers":
			e.Authorizers = true
		case "apigateway":
			e.All = true
		default:
			return nil, api.BadRequestException("Invalid extensions specified: %s. Must be one of: [integrations, authorizers, apigateway]", ext)
		}
	}
	format, encode := "json", func(v any) ([]byte, error) { return json.MarshalIndent(v, "", "  ") }
	switch str(in.Accepts) {
	case "", "application/json", "*/*":
	case "application/yaml":
		format, encode = "yaml", yaml.Marshal
	default:
		return nil, api.BadRequestException("Invalid Accept header specified: %s. Must be one of: [application/json, application/yaml]", *in.Accepts)
	}
	var def *snapshot.API
	err := s.store.View(ctx, func(r kv.Reader) error {
		st, err := load[api.Stage](r, sp.stage(*in.RestApiId, *in.StageName), noStage())
		if err != nil {
			return err
		}
		def, err = sp.frozen(*in.RestApiId, *st.DeploymentId).definition(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	body, err := encode(openapi.Write(def, e))
	if err != nil {
		return nil, err
	}
	name := kind + "_" + now(ctx).Format("2006-01-02T15-04-05Z") + "." + format
	return &api.ExportResponse{Body: body, ContentType: new("application/octet-stream"), ContentDisposition: new(`attachment; filename="` + name + `"`)}, nil
}
