package apigateway

import (
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// planPatch is what UpdateUsagePlan may change.
var planPatch = patch[api.UsagePlan]{refuse: listing, other: editStageThrottle, slots: []slot[api.UsagePlan]{
	{"/apiStages", []string{api.OpAdd, api.OpRemove}, func(p *api.UsagePlan, e edit) error {
		if !strings.Contains(e.text(), ":") {
			return api.BadRequestException("Invalid API Stage specified")
		}
		if e.op == api.OpRemove {
			if _, err := planStage(p, e.text()); err != nil {
				return err
			}
			p.ApiStages = slices.DeleteFunc(p.ApiStages, func(x api.ApiStage) bool { return *x.ApiId+":"+*x.Stage == e.text() })
			return nil
		}
		if _, err := planStage(p, e.text()); err == nil {
			return nil
		}
		st, err := splitStage(e.text())
		p.ApiStages = append(p.ApiStages, st)
		return err
	}},
	textSlot("/description", func(p *api.UsagePlan) **string { return &p.Description }),
	textSlot("/name", func(p *api.UsagePlan) **string { return &p.Name }),
	{"/productCode", addReplaceRemove, func(p *api.UsagePlan, e edit) error {
		p.ProductCode = nil
		if e.op != api.OpRemove {
			p.ProductCode = filled(e.value)
		}
		return nil
	}},
	{"/quota", []string{api.OpRemove}, func(p *api.UsagePlan, _ edit) error { p.Quota = nil; return nil }},
	quotaSlot("/quota/limit", func(q *api.QuotaSettings, e edit) (err error) {
		q.Limit, err = integer(e, "limit", 0, 1<<31-1)
		return err
	}),
	quotaSlot("/quota/offset", func(q *api.QuotaSettings, e edit) (err error) {
		q.Offset, err = integer(e, "offset", 0, 27)
		return err
	}),
	quotaSlot("/quota/period", func(q *api.QuotaSettings, e edit) error { q.Period = filled(e.value); return nil }),
	{"/throttle", []string{api.OpRemove}, func(p *api.UsagePlan, _ edit) error { p.Throttle = nil; return nil }},
	throttleSlot("/throttle/burstLimit"),
	throttleSlot("/throttle/rateLimit"),
}}

var addReplace = []string{api.OpAdd, api.OpReplace}

func quotaSlot(path string, apply func(*api.QuotaSettings, edit) error) slot[api.UsagePlan] {
	return slot[api.UsagePlan]{path, addReplace, func(p *api.UsagePlan, e edit) error {
		if p.Quota == nil {
			p.Quota = &api.QuotaSettings{}
		}
		return apply(p.Quota, e)
	}}
}

func throttleSlot(path string) slot[api.UsagePlan] {
	return slot[api.UsagePlan]{path, addReplace, func(p *api.UsagePlan, e edit) error {
		if p.Throttle == nil {
			p.Throttle = &api.ThrottleSettings{}
		}
		return editThrottle(p.Throttle, e, e.segments[1])
	}}
}

// editThrottle sets burstLimit or rateLimit.
func editThrottle(th *api.ThrottleSettings, e edit, member string) (err error) {
	if member == "burstLimit" {
		th.BurstLimit, err = integer(e, member, 0, 1<<31-1)
	} else {
		th.RateLimit, err = decimal(e, member)
	}
	return err
}

// editStageThrottle edits /apiStages/{api:stage}/throttle/{path}/{verb}/{limit},
// where the slashes of the resource's path may be escaped or not, and removes
// /apiStages/{api:stage}/throttle and /apiStages/{api:stage}/throttle/{path}/{verb}.
func editStageThrottle(p *api.UsagePlan, e edit) error {
	s := e.segments
	if len(s) < 3 || s[0] != "apiStages" || s[2] != "throttle" {
		return listing(e, planPaths(e.op), nil)
	}
	st, err := planStage(p, s[1])
	if err != nil {
		return err
	}
	key := strings.Join(s[3:], "/")
	if e.op == api.OpRemove {
		if key == "" {
			st.Throttle = nil
			return nil
		}
		delete(st.Throttle, key)
		return nil
	}
	member := s[len(s)-1]
	key = strings.TrimSuffix(key, "/"+member)
	if len(s) < 5 || member != "burstLimit" && member != "rateLimit" || e.op != api.OpAdd && e.op != api.OpReplace {
		return listing(e, planPaths(e.op), nil)
	}
	th := st.Throttle[key]
	if err := editThrottle(&th, e, member); err != nil {
		return err
	}
	if st.Throttle == nil {
		st.Throttle = map[string]api.ThrottleSettings{}
	}
	st.Throttle[key] = th
	return nil
}

// planPaths lists the plain paths that take an op.
func planPaths(op string) []string {
	switch op {
	case api.OpReplace:
		return []string{"/description", "/name", "/productCode", "/quota/limit", "/quota/offset", "/quota/period", "/throttle/burstLimit", "/throttle/rateLimit"}
	case api.OpAdd:
		return []string{"/apiStages", "/productCode", "/quota/limit", "/quota/offset", "/quota/period", "/throttle/burstLimit", "/throttle/rateLimit"}
	case api.OpRemove:
		return []string{"/apiStages", "/quota", "/throttle", "/productCode", "/apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>", "/apiStages/<apidId:stageName>/throttle"}
	}
	return nil
}
