package cloudformation

import (
	"encoding/json"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// definition is what a user asks a stack to be.
type definition struct {
	Template             string            `json:"template"`
	Params               map[string]string `json:"params,omitempty"`
	Tags                 map[string]string `json:"tags,omitempty"`
	Capabilities         []string          `json:"capabilities,omitempty"`
	RoleARN              string            `json:"roleArn,omitempty"`
	DisableRollback      bool              `json:"disableRollback,omitempty"`
	RetainExceptOnCreate bool              `json:"retainExceptOnCreate,omitempty"`
}

// stack is a stack and the operation that it is in.
type stack struct {
	scope
	definition
	ID, Name              string
	Status                string
	Reason                string `json:",omitempty"`
	Description           string `json:",omitempty"`
	OnFailure             string `json:",omitempty"`
	Timeout               int32  `json:",omitempty"` // minutes
	Protected             bool   `json:",omitempty"`
	ChangeSetID           string `json:",omitempty"`
	Created               time.Time
	Updated               *time.Time `json:",omitempty"`
	Deleted               *time.Time `json:",omitempty"`
	Outputs               []output   `json:",omitempty"`
	Op                    *operation `json:",omitempty"`
	LastOpID, LastOpToken string     `json:",omitempty"`
}

type output struct {
	Key, Value, Description, Export string `json:",omitempty"`
}

// Phases of an operation.
const (
	phaseDeploy   = "deploy"   // make the resources what the template says
	phaseCleanup  = "cleanup"  // delete what an update left over
	phaseRollback = "rollback" // make an update undone
	phaseUndo     = "undo"     // delete what an undone update made
	phaseDelete   = "delete"   // delete all
)

// operation is what a stack is busy with.
type operation struct {
	ID       string
	Kind     string // CREATE_STACK, UPDATE_STACK, DELETE_STACK
	Phase    string
	Started  time.Time
	Token    string      `json:",omitempty"` // ClientRequestToken
	Identity identity    // on whose behalf
	Previous *definition `json:",omitempty"` // of an update
	Retain   []string    `json:",omitempty"` // of a deletion
	Failed   string      `json:",omitempty"` // why it is rolled back
	// Final is the status at the end of a deletion that is a rollback.
	Final string `json:",omitempty"`
}

// identity is a caller as it can be found again after a restart. The session
// token holds no readable secret; it goes with the operation.
type identity struct {
	AccessKeyID, SessionToken string               `json:",omitempty"`
	Type                      policy.PrincipalType `json:",omitempty"`
}

// deployed is a resource as it stands.
type deployed struct {
	PhysicalID string          `json:",omitempty"`
	Properties json.RawMessage `json:",omitempty"`
	Attributes map[string]any  `json:",omitempty"`
	Needs      []string        `json:",omitempty"` // logical ids
}

// resource is a logical resource of a stack.
type resource struct {
	deployed
	ID, Type       string
	Status         string
	Reason         string `json:",omitempty"`
	DeletionPolicy string
	ReplacePolicy  string
	Metadata       json.RawMessage `json:",omitempty"`
	Updated        time.Time
	// Op is the operation that touched it last; Token and Started are those of
	// its step.
	Op, Token string
	Started   time.Time
	// Before is how it stood before that operation; nil where it was not there.
	Before *deployed `json:",omitempty"`
	// Fresh says that the operation made a new physical resource.
	Fresh bool `json:",omitempty"`
}

// garbage is a physical resource that is to be deleted.
type garbage struct {
	deployed
	ID, Type, Token string
	Retain          bool `json:",omitempty"`
}

// event is an entry of a stack's history.
type event struct {
	Seq                           uint64
	ID, LogicalID, Type, Status   string
	PhysicalID, Reason, OpID, Ask string          `json:",omitempty"`
	Properties                    json.RawMessage `json:",omitempty"`
	Time                          time.Time
}
