package apigateway

import (
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// stagePatch is what UpdateStage may change. Whatever is no member of a stage
// is taken for a method setting.
var stagePatch = patch[api.Stage]{refuse: badSetting, other: editSetting, slots: []slot[api.Stage]{
	{"/deploymentId", []string{api.OpReplace, api.OpCopy}, func(st *api.Stage, e edit) error {
		if e.op == api.OpCopy {
			if e.from != "/canarySettings/deploymentId" || st.CanarySettings == nil {
				return api.BadRequestException("Invalid copy path. Must be copied from /canarySettings/deploymentId")
			}
			st.DeploymentId = st.CanarySettings.DeploymentId
			return nil
		}
		st.DeploymentId = new(e.text())
		return nil
	}},
	textSlot("/description", func(st *api.Stage) **string { return &st.Description }),
	boolSlot("/cacheClusterEnabled", func(st *api.Stage) **bool { return &st.CacheClusterEnabled }),
	textSlot("/cacheClusterSize", func(st *api.Stage) **string { return &st.CacheClusterSize }),
	textSlot("/clientCertificateId", func(st *api.Stage) **string { return &st.ClientCertificateId }),
	boolSlot("/tracingEnabled", func(st *api.Stage) **bool { return &st.TracingEnabled }),
	{"/documentationVersion", onlyReplace, func(_ *api.Stage, e edit) error {
		if e.text() != "" {
			return noDocumentation()
		}
		return nil
	}},
	{"/accessLogSettings", []string{api.OpRemove}, func(st *api.Stage, _ edit) error {
		st.AccessLogSettings = nil
		return nil
	}},
	accessLogSlot("/accessLogSettings/destinationArn", func(l *api.AccessLogSettings, v string) {
		l.DestinationArn = new(strings.TrimSuffix(v, ":*"))
	}),
	accessLogSlot("/accessLogSettings/format", func(l *api.AccessLogSettings, v string) { l.Format = &v }),
	{"/variables", []string{api.OpCopy}, func(st *api.Stage, e edit) error {
		if e.from != "/canarySettings/stageVariableOverrides" || st.CanarySettings == nil {
			return api.BadRequestException("Invalid copy path. Must be copied from /canarySettings/stageVariableOverrides")
		}
		for name, v := range st.CanarySettings.StageVariableOverrides {
			setVariable(&st.Variables, name, v)
		}
		return nil
	}},
	{"/variables/*", addReplaceRemove, func(st *api.Stage, e edit) error {
		return editVariable(&st.Variables, e)
	}},
	{"/canarySettings", []string{api.OpRemove}, func(st *api.Stage, _ edit) error {
		st.CanarySettings = nil
		return nil
	}},
	canarySlot("/canarySettings/deploymentId", func(c *api.CanarySettings, e edit) error {
		c.DeploymentId = new(e.text())
		return nil
	}),
	canarySlot("/canarySettings/percentTraffic", func(c *api.CanarySettings, e edit) (err error) {
		c.PercentTraffic, err = decimal(e, "percentTraffic")
		return err
	}),
	canarySlot("/canarySettings/useStageCache", func(c *api.CanarySettings, e edit) error {
		c.UseStageCache = new(isTrue(e.value))
		return nil
	}),
	{"/canarySettings/stageVariableOverrides/*", addReplaceRemove, func(st *api.Stage, e edit) error {
		return editVariable(&canaryOf(st).StageVariableOverrides, e)
	}},
}}

func accessLogSlot(path string, set func(*api.AccessLogSettings, string)) slot[api.Stage] {
	return slot[api.Stage]{path, []string{api.OpAdd, api.OpReplace}, func(st *api.Stage, e edit) error {
		if st.AccessLogSettings == nil {
			st.AccessLogSettings = &api.AccessLogSettings{}
		}
		set(st.AccessLogSettings, e.text())
		return nil
	}}
}

func canarySlot(path string, apply func(*api.CanarySettings, edit) error) slot[api.Stage] {
	return slot[api.Stage]{path, onlyReplace, func(st *api.Stage, e edit) error { return apply(canaryOf(st), e) }}
}

// canaryOf is the canary of a stage; one edit of it makes one.
func canaryOf(st *api.Stage) *api.CanarySettings {
	if st.CanarySettings == nil {
		st.CanarySettings = &api.CanarySettings{}
	}
	return st.CanarySettings
}

// editVariable sets or removes a variable. Here a replaced one may be new.
func editVariable(vars *map[string]string, e edit) error {
	if e.op == api.OpRemove {
		delete(*vars, e.arg())
		if len(*vars) == 0 {
			*vars = nil
		}
		return nil
	}
	setVariable(vars, e.arg(), e.text())
	return nil
}

func setVariable(vars *map[string]string, name, value string) {
	if *vars == nil {
		*vars = map[string]string{}
	}
	(*vars)[name] = value
}
