package cloudformation

import (
	"context"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
)

// GetTemplate returns the template of a stack or a change set as it was given.
func (s *Service) GetTemplate(ctx context.Context, in *api.GetTemplateInput) (*api.GetTemplateOutput, error) {
	if in.ChangeSetName != nil {
		_, cs, err := s.findChangeSet(ctx, *in.ChangeSetName, in.StackName)
		if err != nil {
			return nil, err
		}
		return &api.GetTemplateOutput{TemplateBody: &cs.Definition.Template, StagesAvailable: []string{"Original", "Processed"}}, nil
	}
	if in.StackName == nil {
		return nil, invalid("Stack name must be specified")
	}
	st, err := s.find(ctx, *in.StackName, noStack(*in.StackName))
	if err != nil {
		return nil, err
	}
	return &api.GetTemplateOutput{TemplateBody: &st.Template, StagesAvailable: []string{"Original", "Processed"}}, nil
}

func (s *Service) readBody(body, url *string) (*template.Template, error) {
	switch {
	case url != nil:
		return nil, (&ask{TemplateURL: url}).unsupported()
	case body == nil:
		return nil, invalid("Either Template URL or Template Body must be specified.")
	}
	if err := checkSize(*body); err != nil {
		return nil, err
	}
	tpl, err := template.Read([]byte(*body))
	if err == nil {
		err = tpl.Check(s.o.Types)
	}
	if err != nil {
		return nil, templateFault(err)
	}
	return tpl, nil
}

// ValidateTemplate checks a template and lists its parameters.
func (s *Service) ValidateTemplate(_ context.Context, in *api.ValidateTemplateInput) (*api.ValidateTemplateOutput, error) {
	tpl, err := s.readBody(in.TemplateBody, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	out := &api.ValidateTemplateOutput{Description: optional(tpl.Description), Parameters: []api.TemplateParameter{}}
	for i := range tpl.Parameters {
		p := &tpl.Parameters[i]
		out.Parameters = append(out.Parameters, api.TemplateParameter{ParameterKey: &p.Name, DefaultValue: p.Default, NoEcho: &p.NoEcho,
			Description: optional(p.Description)})
	}
	var reason string
	out.Capabilities, reason = s.capabilities(tpl)
	out.CapabilitiesReason = optional(reason)
	return out, nil
}

// GetTemplateSummary tells what a template, or that of a stack, asks for.
func (s *Service) GetTemplateSummary(ctx context.Context, in *api.GetTemplateSummaryInput) (*api.GetTemplateSummaryOutput, error) {
	body := in.TemplateBody
	switch {
	case in.StackSetName != nil:
		return nil, invalid("Stack sets are not supported by Gatehouse")
	case in.StackName != nil && body != nil:
		return nil, invalid("Only one of StackName and TemplateBody can be specified")
	case in.StackName != nil:
		st, err := s.find(ctx, *in.StackName, noStack(*in.StackName))
		if err != nil {
			return nil, err
		}
		body = &st.Template
	}
	tpl, err := s.readBody(body, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	out := &api.GetTemplateSummaryOutput{Description: optional(tpl.Description), Version: new("2010-09-09"), Parameters: []api.ParameterDeclaration{}}
	for i := range tpl.Parameters {
		p := &tpl.Parameters[i]
		out.Parameters = append(out.Parameters, api.ParameterDeclaration{ParameterKey: &p.Name, DefaultValue: p.Default, NoEcho: &p.NoEcho,
			ParameterType: &p.Type, Description: optional(p.Description), ParameterConstraints: &api.ParameterConstraints{AllowedValues: p.AllowedValues}})
	}
	for _, r := range tpl.Resources {
		if !slices.Contains(out.ResourceTypes, r.Type) {
			out.ResourceTypes = append(out.ResourceTypes, r.Type)
		}
	}
	if tpl.Metadata != nil {
		b, err := tpl.Metadata.MarshalJSON()
		if err != nil {
			return nil, err
		}
		out.Metadata = new(string(b))
	}
	var reason string
	out.Capabilities, reason = s.capabilities(tpl)
	out.CapabilitiesReason = optional(reason)
	return out, nil
}
