package apigateway

import (
	"strconv"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// apiPatch is what UpdateRestApi may change.
func (s space) apiPatch() patch[api.RestApi] {
	type rec = api.RestApi
	return patch[rec]{refuse: naming, slots: []slot[rec]{
		enumSlot("/apiKeySource", "apiKeySource", false, []string{api.ApiKeySourceTypeHeader, api.ApiKeySourceTypeAuthorizer},
			func(a *rec) **string { return &a.ApiKeySource }),
		listEntry("/binaryMediaTypes/*", func(a *rec) *[]string { return &a.BinaryMediaTypes }),
		removableText("/description", func(a *rec) **string { return &a.Description }),
		boolSlot("/disableExecuteApiEndpoint", func(a *rec) **bool { return &a.DisableExecuteApiEndpoint }),
		textSlot("/endpointAccessMode", func(a *rec) **string { return &a.EndpointAccessMode }),
		{"/endpointConfiguration/types/*", allVerbs, func(a *rec, e edit) error { return editEndpointType(a.EndpointConfiguration, e) }},
		{"/endpointConfiguration/ipAddressType", onlyReplace, func(a *rec, e edit) error {
			if v := e.text(); v != api.IpAddressTypeIpv4 && v != api.IpAddressTypeDualstack {
				return api.BadRequestException("ipAddressType must be either ipv4 or dualstack.")
			}
			a.EndpointConfiguration.IpAddressType = e.value
			return nil
		}},
		listValue("/endpointConfiguration/vpcEndpointIds", func(a *rec) *[]string { return &a.EndpointConfiguration.VpcEndpointIds }),
		{"/minimumCompressionSize", onlyReplace, func(a *rec, e edit) error {
			a.MinimumCompressionSize = nil
			if e.value == nil {
				return nil
			}
			n, err := strconv.ParseInt(*e.value, 10, 32)
			if err != nil {
				n = -1
			}
			a.MinimumCompressionSize = new(int32(n))
			return checkCompression(a.MinimumCompressionSize)
		}},
		textSlot("/name", func(a *rec) **string { return &a.Name }),
		{"/policy", []string{api.OpReplace, api.OpRemove}, func(a *rec, e edit) (err error) {
			text := e.text()
			if e.op == api.OpRemove {
				text = ""
			}
			a.Policy, err = s.apiPolicy(*a.Id, text)
			return err
		}},
		textSlot("/securityPolicy", func(a *rec) **string { return &a.SecurityPolicy }),
		textSlot("/version", func(a *rec) **string { return &a.Version }),
	}}
}

// allVerbs is for slots that word their own refusal of an op.
var allVerbs = []string{api.OpAdd, api.OpReplace, api.OpRemove, api.OpCopy, api.OpMove, api.OpTest}
