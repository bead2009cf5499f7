package apigateway

import (
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// settingPaths are the paths that AWS lists when it refuses one, as it lists
// them, missing commas included.
const settingPaths = "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, " +
	"/{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, " +
	"/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, " +
	"/variables/{variable_name}, /tracingEnabled"

func badSetting(e edit, _, verbs []string) error {
	if verbs != nil {
		return badVerb(verbs)
	}
	return api.BadRequestException("Invalid method setting path: %s. Must be one of: [%s]", e.at(), settingPaths)
}

// settings are the members of a method setting by the end of their path.
var settings = map[string]func(m *api.MethodSetting, e edit) error{
	"metrics/enabled":   func(m *api.MethodSetting, e edit) error { m.MetricsEnabled = new(isTrue(e.value)); return nil },
	"logging/dataTrace": func(m *api.MethodSetting, e edit) error { m.DataTraceEnabled = new(isTrue(e.value)); return nil },
	"logging/loglevel": func(m *api.MethodSetting, e edit) error {
		if !slices.Contains([]string{"OFF", "ERROR", "INFO"}, e.text()) {
			return api.BadRequestException("Invalid logging level specified. Valid options are OFF,ERROR,INFO")
		}
		m.LoggingLevel = e.value
		return nil
	},
	"throttling/burstLimit": func(m *api.MethodSetting, e edit) (err error) {
		m.ThrottlingBurstLimit, err = integer(e, "burstLimit", -1, 1<<31-1)
		return err
	},
	"throttling/rateLimit": func(m *api.MethodSetting, e edit) (err error) {
		m.ThrottlingRateLimit, err = decimal(e, "rateLimit")
		return err
	},
	"caching/enabled": func(m *api.MethodSetting, e edit) error { m.CachingEnabled = new(isTrue(e.value)); return nil },
	"caching/ttlInSeconds": func(m *api.MethodSetting, e edit) (err error) {
		m.CacheTtlInSeconds, err = integer(e, "ttlInSeconds", 0, 3600)
		return err
	},
	"caching/dataEncrypted": func(m *api.MethodSetting, e edit) error { m.CacheDataEncrypted = new(isTrue(e.value)); return nil },
	"caching/requireAuthorizationForCacheControl": func(m *api.MethodSetting, e edit) error {
		m.RequireAuthorizationForCacheControl = new(isTrue(e.value))
		return nil
	},
	"caching/unauthorizedCacheControlHeaderStrategy": func(m *api.MethodSetting, e edit) error {
		if !slices.Contains(cacheStrategies, e.text()) {
			return api.BadRequestException("Invalid unauthorizedCacheControlHeaderStrategy specified. Valid options are %s", strings.Join(cacheStrategies, ","))
		}
		m.UnauthorizedCacheControlHeaderStrategy = e.value
		return nil
	},
}

var cacheStrategies = []string{api.UnauthorizedCacheControlHeaderStrategyFailWith403,
	api.UnauthorizedCacheControlHeaderStrategySucceedWithResponseHeader, api.UnauthorizedCacheControlHeaderStrategySucceedWithoutResponseHeader}

// newSetting is a method setting of which nothing was said.
func newSetting() api.MethodSetting {
	return api.MethodSetting{
		MetricsEnabled: new(false), DataTraceEnabled: new(false), ThrottlingBurstLimit: new(int32(5000)), ThrottlingRateLimit: new(10000.0),
		CachingEnabled: new(false), CacheTtlInSeconds: new(int32(300)), CacheDataEncrypted: new(false),
		RequireAuthorizationForCacheControl:    new(true),
		UnauthorizedCacheControlHeaderStrategy: new(api.UnauthorizedCacheControlHeaderStrategySucceedWithResponseHeader),
	}
}

// editSetting edits /{resourcePath}/{httpMethod}/{group}/{setting}. The
// resource path may have its slashes escaped or not; the setting's key is that
// part of the path as it was sent.
func editSetting(st *api.Stage, e edit) error {
	if e.segments == nil {
		return badSetting(e, nil, nil)
	}
	raw := strings.TrimPrefix(e.at(), "/")
	if e.op == api.OpRemove {
		if _, ok := st.MethodSettings[raw]; !ok {
			return api.BadRequestException("Cannot remove method setting %s because there is no method setting for this method ", raw)
		}
		delete(st.MethodSettings, raw)
		return nil
	}
	parts := strings.Split(raw, "/")
	if n := len(parts); n >= 4 {
		key, verb := strings.Join(parts[:n-2], "/"), parts[n-3]
		apply := settings[parts[n-2]+"/"+parts[n-1]]
		if apply != nil && parts[0] != "" && (verb == "*" || slices.Contains(httpMethods, verb)) {
			if e.op != api.OpReplace && e.op != api.OpAdd {
				return badVerb(onlyReplace)
			}
			m, ok := st.MethodSettings[key]
			if !ok {
				m = newSetting()
			}
			if err := apply(&m, e); err != nil {
				return err
			}
			if st.MethodSettings == nil {
				st.MethodSettings = map[string]api.MethodSetting{}
			}
			st.MethodSettings[key] = m
			return nil
		}
	}
	return badSetting(e, nil, nil)
}

// checkLogging checks that what is logged has somewhere to go: the account's
// role, and a destination with a format that names the request.
func (s space) checkLogging(r kv.Reader, st *api.Stage) error {
	logs := false
	for _, m := range st.MethodSettings {
		logs = logs || str(m.LoggingLevel) == "INFO" || str(m.LoggingLevel) == "ERROR"
	}
	if a := st.AccessLogSettings; a != nil {
		dest := str(a.DestinationArn)
		logs = logs || strings.HasPrefix(dest, "arn:aws:logs:")
		if !strings.HasPrefix(dest, "arn:aws:logs:") && !strings.HasPrefix(dest, "arn:aws:firehose:") {
			return api.BadRequestException("Invalid ARN specified in the request")
		}
		if f := str(a.Format); !strings.Contains(f, "$context.requestId") && !strings.Contains(f, "$context.extendedRequestId") {
			return api.BadRequestException("Access Log format must include at least $context.requestId or $context.extendedRequestId")
		}
	}
	if !logs {
		return nil
	}
	acct, err := s.loadAccount(r)
	if err == nil && acct.CloudwatchRoleArn == nil {
		err = api.BadRequestException("CloudWatch Logs role ARN must be set in account settings to enable logging")
	}
	return err
}
