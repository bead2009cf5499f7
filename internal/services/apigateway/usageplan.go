package apigateway

import (
	"context"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

func noPlan() *awserr.Error { return api.NotFoundException("Invalid Usage Plan ID specified") }

// CreateUsagePlan makes a usage plan.
func (s *Service) CreateUsagePlan(ctx context.Context, in *api.CreateUsagePlanRequest) (*api.UsagePlan, error) {
	sp := spaceOf(ctx)
	p := &api.UsagePlan{Id: new(ids.Lower(6)), Name: in.Name, Description: filled(in.Description), ApiStages: in.ApiStages,
		Throttle: in.Throttle, Quota: in.Quota, Tags: in.Tags}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	err := s.store.Update(ctx, func(t kv.Txn) error { return sp.savePlan(t, p) })
	if err != nil {
		return nil, err
	}
	return p, nil
}

// savePlan checks a usage plan and stores it.
func (s space) savePlan(t kv.Txn, p *api.UsagePlan) error {
	if str(p.Name) == "" {
		return api.BadRequestException("Usage Plan name cannot be empty")
	}
	if p.ApiStages == nil {
		p.ApiStages = []api.ApiStage{}
	}
	for i := range p.ApiStages {
		st := &p.ApiStages[i]
		if str(st.ApiId) == "" || str(st.Stage) == "" {
			return api.BadRequestException("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s", nullable(st.ApiId), nullable(st.Stage), *p.Name)
		}
		if v, err := t.Get(s.stage(*st.ApiId, *st.Stage)); err != nil {
			return err
		} else if v == nil {
			return api.NotFoundException("API Stage not found: %s:%s", *st.ApiId, *st.Stage)
		}
		if len(st.Throttle) == 0 {
			st.Throttle = nil
		}
	}
	if err := checkThrottle(p.Throttle); err != nil {
		return err
	}
	if err := checkQuota(p); err != nil {
		return err
	}
	return kv.Save(t, s.plan(*p.Id), *p)
}

func checkThrottle(th *api.ThrottleSettings) error {
	if th != nil && (val(th.BurstLimit) < 0 || val(th.RateLimit) < 0) {
		return api.BadRequestException("Usage Plan throttle settings must not be negative")
	}
	return nil
}

// checkQuota checks a quota: a limit per day, week or month. The offset is
// what is taken off the first period, at most its days less one.
func checkQuota(p *api.UsagePlan) error {
	q := p.Quota
	if q == nil {
		return nil
	}
	if val(q.Limit) == 0 && val(q.Offset) == 0 && q.Period == nil {
		p.Quota = nil
		return nil
	}
	last := map[string]int32{api.QuotaPeriodTypeDay: 0, api.QuotaPeriodTypeWeek: 6, api.QuotaPeriodTypeMonth: 27}
	most, ok := last[str(q.Period)]
	switch {
	case val(q.Limit) <= 0:
		return api.BadRequestException("Usage Plan quota limit must be greater than 0")
	case !ok:
		return api.BadRequestException("Usage Plan quota period must be one of: [DAY, WEEK, MONTH]")
	case val(q.Offset) < 0 || val(q.Offset) > most:
		return api.BadRequestException("Usage Plan quota offset must be between 0 and %d in a %s quota", most, *q.Period)
	}
	q.Offset = new(val(q.Offset))
	return nil
}

// planOut is a usage plan as single reads and updates send it.
func planOut(p *api.UsagePlan) *api.UsagePlan {
	if p.Tags == nil {
		p.Tags = map[string]string{}
	}
	return p
}

// GetUsagePlan reads a usage plan.
func (s *Service) GetUsagePlan(ctx context.Context, in *api.GetUsagePlanRequest) (*api.UsagePlan, error) {
	p, err := read[api.UsagePlan](ctx, s.store, spaceOf(ctx).plan(*in.UsagePlanId), noPlan())
	if err != nil {
		return nil, err
	}
	return planOut(p), nil
}

// GetUsagePlans lists usage plans by id, or those that a key is in.
func (s *Service) GetUsagePlans(ctx context.Context, in *api.GetUsagePlansRequest) (*api.UsagePlans, error) {
	sp := spaceOf(ctx)
	var all []api.UsagePlan
	err := s.store.View(ctx, func(r kv.Reader) error {
		plans, err := kv.LoadAll[api.UsagePlan](r, sp.plans())
		if err != nil {
			return err
		}
		for _, p := range plans {
			if str(in.KeyId) != "" {
				if v, err := r.Get(sp.planKey(*p.Id, *in.KeyId)); err != nil {
					return err
				} else if v == nil {
					continue
				}
			}
			all = append(all, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(p api.UsagePlan) string { return *p.Id }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	return &api.UsagePlans{Items: items, Position: next}, nil
}

// DeleteUsagePlan removes a usage plan that no stage is in.
func (s *Service) DeleteUsagePlan(ctx context.Context, in *api.DeleteUsagePlanRequest) (*wire.Empty, error) {
	sp := spaceOf(ctx)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		p, err := load[api.UsagePlan](t, sp.plan(*in.UsagePlanId), noPlan())
		if err != nil {
			return err
		}
		if len(p.ApiStages) > 0 {
			return api.BadRequestException("Cannot delete Usage Plan %s because there are API Stages associated with it, including %s:%s", *p.Id, *p.ApiStages[0].ApiId, *p.ApiStages[0].Stage)
		}
		if err := t.DeleteRange(sp.planKeys(*p.Id)); err != nil {
			return err
		}
		return t.Delete(sp.plan(*p.Id))
	})
}

// UpdateUsagePlan patches a usage plan.
func (s *Service) UpdateUsagePlan(ctx context.Context, in *api.UpdateUsagePlanRequest) (*api.UsagePlan, error) {
	sp := spaceOf(ctx)
	var p *api.UsagePlan
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		if p, err = load[api.UsagePlan](t, sp.plan(*in.UsagePlanId), noPlan()); err != nil {
			return err
		}
		if err := planPatch.run(p, in.PatchOperations); err != nil {
			return err
		}
		return sp.savePlan(t, p)
	})
	if err != nil {
		return nil, err
	}
	return planOut(p), nil
}

// freeOfPlans fails if a usage plan has the stage.
func (s space) freeOfPlans(r kv.Reader, apiID, stage string) error {
	plans, err := kv.LoadAll[api.UsagePlan](r, s.plans())
	if err != nil {
		return err
	}
	for _, p := range plans {
		if slices.ContainsFunc(p.ApiStages, func(x api.ApiStage) bool { return *x.ApiId == apiID && *x.Stage == stage }) {
			return api.BadRequestException("Stage %s:%s is in usage plan %s and cannot be deleted until it is removed from there", apiID, stage, *p.Id)
		}
	}
	return nil
}

// leavePlans takes the stages of an API out of all usage plans.
func (s space) leavePlans(t kv.Txn, apiID string) error {
	plans, err := kv.LoadAll[api.UsagePlan](t, s.plans())
	if err != nil {
		return err
	}
	for _, p := range plans {
		n := len(p.ApiStages)
		p.ApiStages = slices.DeleteFunc(p.ApiStages, func(x api.ApiStage) bool { return *x.ApiId == apiID })
		if len(p.ApiStages) != n {
			if err := kv.Save(t, s.plan(*p.Id), p); err != nil {
				return err
			}
		}
	}
	return nil
}

// planStage finds api:stage in a usage plan.
func planStage(p *api.UsagePlan, name string) (*api.ApiStage, error) {
	for i := range p.ApiStages {
		if *p.ApiStages[i].ApiId+":"+*p.ApiStages[i].Stage == name {
			return &p.ApiStages[i], nil
		}
	}
	return nil, api.NotFoundException("API Stage not found: %s", name)
}

// splitStage takes api:stage apart.
func splitStage(name string) (api.ApiStage, error) {
	id, stage, ok := strings.Cut(name, ":")
	if !ok || id == "" || stage == "" {
		return api.ApiStage{}, api.NotFoundException("API Stage not found: %s", name)
	}
	return api.ApiStage{ApiId: &id, Stage: &stage}, nil
}
