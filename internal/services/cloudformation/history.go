package cloudformation

import (
	"encoding/json"

	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

const stackType = "AWS::CloudFormation::Stack"

// note appends an event to the stack's history.
func (s *Service) note(t kv.Txn, st *stack, e event) error {
	seq, _, err := kv.Load[uint64](t, st.eventSeq(st.ID))
	if err != nil {
		return err
	}
	e.Seq, e.Time = seq+1, s.o.Clock.Now()
	if e.ID = ids.UUID(); e.LogicalID != st.Name {
		e.ID = e.LogicalID + "-" + e.Status + "-" + e.Time.Format("2006-01-02T15:04:05.000Z")
	}
	if st.Op != nil {
		e.OpID, e.Ask = st.Op.ID, st.Op.Token
	}
	if err := kv.Save(t, st.eventSeq(st.ID), e.Seq); err != nil {
		return err
	}
	return kv.Save(t, st.event(st.ID, e.Seq), e)
}

// enter gives the stack a status, with the event that tells of it.
func (s *Service) enter(t kv.Txn, st *stack, status, reason string) error {
	st.Status, st.Reason = status, reason
	return s.note(t, st, event{LogicalID: st.Name, PhysicalID: st.ID, Type: stackType, Status: status, Reason: reason})
}

func (st *stack) save(t kv.Txn) error { return kv.Save(t, st.scope.stack(st.ID), st) }

// tell gives a resource a status, with the event that tells of it.
func (s *Service) tell(t kv.Txn, st *stack, r *resource, status, reason string) error {
	r.Status, r.Reason, r.Updated = status, reason, s.o.Clock.Now()
	if err := kv.Save(t, st.resource(st.ID, r.ID), r); err != nil {
		return err
	}
	return s.note(t, st, event{LogicalID: r.ID, PhysicalID: r.PhysicalID, Type: r.Type, Status: status, Reason: reason, Properties: shown(r.Properties)})
}

// maxShown bounds the properties in an event.
const maxShown = 16 << 10

func shown(p json.RawMessage) json.RawMessage {
	if len(p) > maxShown {
		return nil
	}
	return p
}
