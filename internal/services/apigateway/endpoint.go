package apigateway

import (
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// endpoint completes and checks the endpoint configuration of an API. An API
// has one endpoint type; EDGE is the default. A PRIVATE API is dualstack.
func endpoint(c *api.EndpointConfiguration) (*api.EndpointConfiguration, error) {
	out := api.EndpointConfiguration{Types: []string{api.EndpointTypeEdge}}
	if c != nil {
		out = *c
		switch {
		case c.Types != nil && len(c.Types) == 0:
			return nil, api.BadRequestException("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
		case c.Types == nil:
			out.Types = []string{api.EndpointTypeEdge}
		}
	}
	if out.IpAddressType == nil {
		out.IpAddressType = new(api.IpAddressTypeIpv4)
		if out.Types[0] == api.EndpointTypePrivate {
			out.IpAddressType = new(api.IpAddressTypeDualstack)
		}
	}
	if len(out.VpcEndpointIds) == 0 {
		out.VpcEndpointIds = nil
	}
	return &out, checkEndpoint(&out)
}

func checkEndpoint(c *api.EndpointConfiguration) error {
	switch {
	case len(c.Types) == 0:
		return api.BadRequestException("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
	case len(c.Types) > 1:
		return api.BadRequestException("Cannot create an api with multiple Endpoint Types.")
	case c.Types[0] == api.EndpointTypePrivate && str(c.IpAddressType) != api.IpAddressTypeDualstack:
		return api.BadRequestException("Only dualstack ipAddressType is supported for Private APIs.")
	case c.Types[0] != api.EndpointTypePrivate && len(c.VpcEndpointIds) > 0:
		return api.BadRequestException("VPCEndpoints can only be specified with PRIVATE apis.")
	}
	return nil
}

var endpointTypes = []string{api.EndpointTypeRegional, api.EndpointTypeEdge, api.EndpointTypePrivate}

// editEndpointType is the edit of /endpointConfiguration/types/X, where X is
// the index 0 or the type that is there now.
func editEndpointType(c *api.EndpointConfiguration, e edit) error {
	switch e.op {
	case api.OpReplace, api.OpAdd:
		if !slices.Contains(endpointTypes, e.text()) {
			return api.BadRequestException("Invalid EndpointTypes specified. Valid options are %s", strings.Join(endpointTypes, ","))
		}
	case api.OpRemove:
	default:
		return api.BadRequestException("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
	}
	switch e.op {
	case api.OpReplace:
		c.Types = []string{e.text()}
		if e.text() == api.EndpointTypePrivate {
			c.IpAddressType = new(api.IpAddressTypeDualstack)
		}
	case api.OpAdd:
		if !slices.Contains(c.Types, e.text()) {
			c.Types = append(c.Types, e.text())
		}
	case api.OpRemove:
		c.Types = slices.DeleteFunc(c.Types, func(t string) bool { return t == e.arg() || e.arg() == "0" })
	}
	return nil
}
