package iam

import (
	"context"
	"reflect"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

const serviceLinkedPath = "/aws-service-role/"

// linkedService is what the role of a service is called, and whether an
// account may have several of them.
type linkedService struct {
	name   string
	suffix bool
}

// linkedServices are those of the services that have such roles ("AWS services
// that work with IAM") which stacks are known to make theirs of.
var linkedServices = map[string]linkedService{
	"autoscaling.amazonaws.com":                      {"AutoScaling", true},
	"dynamodb.application-autoscaling.amazonaws.com": {"ApplicationAutoScaling_DynamoDBTable", false},
	"ecs.application-autoscaling.amazonaws.com":      {"ApplicationAutoScaling_ECSService", false},
	"ecs.amazonaws.com":                              {"ECS", false},
	"eks.amazonaws.com":                              {"AmazonEKS", false},
	"elasticache.amazonaws.com":                      {"ElastiCache", false},
	"elasticloadbalancing.amazonaws.com":             {"ElasticLoadBalancing", false},
	"email.cognito-idp.amazonaws.com":                {"AmazonCognitoIdpEmailService", false},
	"es.amazonaws.com":                               {"AmazonElasticsearchService", false},
	"logger.cloudfront.amazonaws.com":                {"CloudFrontLogger", false},
	"opensearchservice.amazonaws.com":                {"AmazonOpenSearchService", false},
	"ops.apigateway.amazonaws.com":                   {"APIGateway", false},
	"rds.amazonaws.com":                              {"RDS", false},
	"replication.dynamodb.amazonaws.com":             {"DynamoDBReplication", false},
	"replicator.lambda.amazonaws.com":                {"LambdaReplicator", false},
	"spot.amazonaws.com":                             {"EC2Spot", false},
	"wafv2.amazonaws.com":                            {"WAFV2Logging", false},
}

func linkedRoleName(service, suffix string) string {
	name := "AWSServiceRoleFor" + linkedServices[service].name
	if suffix != "" {
		name += "_" + suffix
	}
	return name
}

// serviceLinkedNeeds is about the role that will be made.
func (s *Service) serviceLinkedNeeds(_ context.Context, _ *front.Call, in any) ([]front.Need, error) {
	v := reflect.ValueOf(in).Elem()
	service := text(v, "AWSServiceName")
	keys := policy.KeyMap{}
	keys.Set("iam:AWSServiceName", service)
	arn := identityARN(s.Account, kindRole, serviceLinkedPath+service+"/", linkedRoleName(service, text(v, "CustomSuffix")))
	return []front.Need{{Action: "iam:CreateServiceLinkedRole", Resource: arn, Keys: keys}}, nil
}

// CreateServiceLinkedRole makes the role that a service acts in.
func (s *Service) CreateServiceLinkedRole(ctx context.Context, in *api.CreateServiceLinkedRoleRequest) (*api.CreateServiceLinkedRoleResponse, error) {
	service := *in.AWSServiceName
	known, ok := linkedServices[service]
	if !ok {
		return nil, api.InvalidInputException("%s is not a service that has service-linked roles here.", service)
	}
	suffix := ""
	if in.CustomSuffix != nil {
		suffix = *in.CustomSuffix
		if !known.suffix {
			return nil, api.InvalidInputException("Custom suffix is not allowed for %s", service)
		}
	}
	rec := roleRecord{ServiceLinked: service, Description: in.Description, MaxSession: defaultMaxSession,
		Trust:          `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`,
		identityRecord: identityRecord{Name: linkedRoleName(service, suffix), Path: serviceLinkedPath + service + "/", ID: newID("AROA"), Created: s.now()}}
	err := s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kindRole, rec.Name)
		b, err := t.Get(key)
		if err != nil {
			return err
		}
		if b != nil {
			return api.InvalidInputException("Service role name %s has been taken in this account, please try a different suffix.", rec.Name)
		}
		if err := s.checkQuota(t, kindRole); err != nil {
			return err
		}
		return kv.Save(t, key, rec)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateServiceLinkedRoleResponse{Role: new(s.briefRole(&rec))}, nil
}

// DeleteServiceLinkedRole deletes the role at once: no service of this machine
// works in one that must be cleaned up first. It still answers with a task,
// whose outcome can be asked for.
func (s *Service) DeleteServiceLinkedRole(ctx context.Context, in *api.DeleteServiceLinkedRoleRequest) (*api.DeleteServiceLinkedRoleResponse, error) {
	var task string
	err := s.update(ctx, func(t kv.Txn) error {
		key := entityKey(s.Account, kindRole, *in.RoleName)
		rec, ok, err := kv.Load[roleRecord](t, key)
		if err != nil {
			return err
		}
		if !ok {
			return noSuch(kindRole, *in.RoleName)
		}
		if rec.ServiceLinked == "" {
			return api.InvalidInputException("Role %s is not a service-linked role.", rec.Name)
		}
		task = "task" + rec.Path + rec.Name + "/" + ids.UUID()
		if err := kv.Save(t, deletionKey(s.Account, task), "SUCCEEDED"); err != nil {
			return err
		}
		return t.Delete(key)
	})
	if err != nil {
		return nil, err
	}
	return &api.DeleteServiceLinkedRoleResponse{DeletionTaskId: &task}, nil
}

// deletionStatusNeeds is about the role that the task is called after.
func (s *Service) deletionStatusNeeds(_ context.Context, _ *front.Call, in any) ([]front.Need, error) {
	role := strings.TrimPrefix(*in.(*api.GetServiceLinkedRoleDeletionStatusRequest).DeletionTaskId, "task")
	if i := strings.LastIndexByte(role, '/'); i > 0 {
		role = role[:i]
	}
	return []front.Need{{Action: "iam:GetServiceLinkedRoleDeletionStatus", Resource: identityARN(s.Account, kindRole, role, "")}}, nil
}

// GetServiceLinkedRoleDeletionStatus tells the outcome of a task.
func (s *Service) GetServiceLinkedRoleDeletionStatus(ctx context.Context, in *api.GetServiceLinkedRoleDeletionStatusRequest) (*api.GetServiceLinkedRoleDeletionStatusResponse, error) {
	var status string
	err := s.Store.View(ctx, func(r kv.Reader) error {
		var ok bool
		var err error
		status, ok, err = kv.Load[string](r, deletionKey(s.Account, *in.DeletionTaskId))
		if err == nil && !ok {
			err = api.NoSuchEntityException("Deletion task %s cannot be found.", *in.DeletionTaskId)
		}
		return err
	})
	return &api.GetServiceLinkedRoleDeletionStatusResponse{Status: &status}, err
}
