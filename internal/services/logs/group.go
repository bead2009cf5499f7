package logs

import (
	"context"
	"fmt"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// The classes of log groups.
const (
	classStandard   = "STANDARD"
	classInfrequent = "INFREQUENT_ACCESS"
	classDelivery   = "DELIVERY"
)

// deliveryRetention is what AWS gives groups of class DELIVERY, days.
const deliveryRetention = 2

// group is the record of a log group.
type group struct {
	Name      string            `json:"name"`
	ID        string            `json:"id"`
	Created   int64             `json:"created"` // milliseconds
	Class     string            `json:"class"`
	Retention int32             `json:"retention,omitempty"` // days; 0 is for ever
	Protected bool              `json:"protected,omitempty"`
	Tags      map[string]string `json:"tags,omitempty"`
	Streams   uint64            `json:"streams,omitempty"` // made so far
}

const day = int64(24 * 60 * 60 * 1000) // milliseconds

// oldest is the time of the first event that is still kept.
func (g *group) oldest(now int64) int64 {
	if g.Retention == 0 {
		return 0
	}
	return max(0, now-int64(g.Retention)*day)
}

func newGroup(name string, now int64) group {
	return group{Name: name, ID: ids.Hex(8), Created: now, Class: classStandard}
}

func placeOf(c *front.Call) place { return place{c.Account, c.Region} }

func errNoGroup() *awserr.Error {
	return api.ResourceNotFoundException("The specified log group does not exist.")
}

func loadGroup(r kv.Reader, p place, name string) (group, error) {
	g, ok, err := kv.Load[group](r, p.groupKey(name))
	if err == nil && !ok {
		err = errNoGroup()
	}
	return g, err
}

// CreateLogGroup makes a group.
func (s *Service) CreateLogGroup(ctx context.Context, in *api.CreateLogGroupRequest) (*wire.Empty, error) {
	c := front.CallFrom(ctx)
	if in.KmsKeyId != nil {
		return nil, awserr.Unimplemented("logs", "CreateLogGroup with kmsKeyId")
	}
	g := newGroup(*in.LogGroupName, millis(c.Time))
	if in.LogGroupClass != nil {
		g.Class = *in.LogGroupClass
	}
	if g.Class == classDelivery {
		g.Retention = deliveryRetention
	}
	g.Protected = in.DeletionProtectionEnabled != nil && *in.DeletionProtectionEnabled
	g.Tags = in.Tags
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	p := placeOf(c)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		_, exists, err := kv.Load[group](t, p.groupKey(g.Name))
		if err != nil {
			return err
		}
		if exists {
			return api.ResourceAlreadyExistsException("The specified log group already exists")
		}
		return saveGroup(t, p, g)
	})
}

// saveGroup stores a group, and where the sweeper finds its retention.
func saveGroup(t kv.Txn, p place, g group) error {
	key := sweepKey(p, g.Name)
	if g.Retention == 0 {
		if err := t.Delete(key); err != nil {
			return err
		}
	} else if err := t.Set(key, nil); err != nil {
		return err
	}
	return kv.Save(t, p.groupKey(g.Name), g)
}

// DeleteLogGroup deletes a group with all that it holds.
func (s *Service) DeleteLogGroup(ctx context.Context, in *api.DeleteLogGroupRequest) (*wire.Empty, error) {
	p := placeOf(front.CallFrom(ctx))
	if err := s.queue.flush(ctx); err != nil {
		return nil, err
	}
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		g, err := loadGroup(t, p, *in.LogGroupName)
		if err != nil {
			return err
		}
		if g.Protected {
			return api.ValidationException("The log group %s cannot be deleted because deletion protection is enabled.", g.Name)
		}
		for _, rng := range []kv.Range{p.streams(g.ID, ""), p.names(g.ID), kv.Prefix(p.events(g.ID))} {
			if err := t.DeleteRange(rng); err != nil {
				return err
			}
		}
		for _, key := range [][]byte{p.usageKey(g.ID), sweepKey(p, g.Name), p.groupKey(g.Name)} {
			if err := t.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
}

// changeGroup applies change to a group, and stores it.
func (s *Service) changeGroup(ctx context.Context, name string, change func(*group) error) (*wire.Empty, error) {
	p := placeOf(front.CallFrom(ctx))
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		g, err := loadGroup(t, p, name)
		if err != nil {
			return err
		}
		if err := change(&g); err != nil {
			return err
		}
		return saveGroup(t, p, g)
	})
}

// retentions are the days that AWS accepts.
var retentions = []int32{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// PutRetentionPolicy sets for how many days events are kept.
func (s *Service) PutRetentionPolicy(ctx context.Context, in *api.PutRetentionPolicyRequest) (*wire.Empty, error) {
	days := *in.RetentionInDays
	if !slices.Contains(retentions, days) {
		return nil, api.InvalidParameterException("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [%s]", days, commas(retentions))
	}
	return s.changeGroup(ctx, *in.LogGroupName, func(g *group) error {
		if g.Class == classDelivery {
			return api.InvalidParameterException("The retention of a log group of class DELIVERY cannot be changed.")
		}
		g.Retention = days
		return nil
	})
}

func commas(list []int32) string {
	var b []byte
	for i, n := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Append(b, n)
	}
	return string(b)
}

// DeleteRetentionPolicy keeps events for ever.
func (s *Service) DeleteRetentionPolicy(ctx context.Context, in *api.DeleteRetentionPolicyRequest) (*wire.Empty, error) {
	return s.changeGroup(ctx, *in.LogGroupName, func(g *group) error {
		if g.Class == classDelivery {
			return api.InvalidParameterException("The retention of a log group of class DELIVERY cannot be changed.")
		}
		g.Retention = 0
		return nil
	})
}

// PutLogGroupDeletionProtection keeps a group from being deleted, or lets it.
func (s *Service) PutLogGroupDeletionProtection(ctx context.Context, in *api.PutLogGroupDeletionProtectionRequest) (*wire.Empty, error) {
	name, err := groupNamed(front.CallFrom(ctx), nil, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	return s.changeGroup(ctx, name, func(g *group) error {
		g.Protected = *in.DeletionProtectionEnabled
		return nil
	})
}

// GroupExists reports whether there is a group.
func (s *Service) GroupExists(ctx context.Context, account, region, name string) (exists bool, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(place{account, region}.groupKey(name))
		exists = b != nil
		return err
	})
	return exists, err
}
