package lambda

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/runner"
)

// Quotas of a function's configuration, from "Lambda quotas".
const (
	maxEnvironment = 4 << 10 // bytes, as JSON
	maxTimeout     = 900     // seconds
	maxMemory      = 10240   // MB
	maxTmp         = 10240   // MB
)

// change is what a request says about settings; nil fields say nothing. Its
// fields are those that CreateFunction and UpdateFunctionConfiguration share.
type change struct {
	runtime, role, handler, description, kmsKey *string
	timeout, memory                             *int32
	tmp                                         *api.EphemeralStorage
	environment                                 *api.Environment
	deadLetter                                  *api.DeadLetterConfig
	tracing                                     *api.TracingConfig
	snapStart                                   *api.SnapStart
	logging                                     *api.LoggingConfig
	vpc                                         *api.VpcConfig
	fileSystems                                 []api.FileSystemConfig
	image                                       *api.ImageConfig
	layers                                      []layerUse // when hasLayers
	hasLayers                                   bool
}

func defaults(function string) settings {
	return settings{Timeout: 3, MemoryMB: 128, TmpMB: 512, Tracing: "PassThrough", Architectures: []string{"x86_64"}, SnapStart: "None",
		Logging: api.LoggingConfig{LogFormat: new("Text"), LogGroup: new("/aws/lambda/" + function)}}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// apply puts a change into effect, or says what is wrong with it.
func (s *settings) apply(function string, c *change) error {
	set(&s.Runtime, c.runtime)
	set(&s.Role, c.role)
	set(&s.Handler, c.handler)
	set(&s.Description, c.description)
	set(&s.KMSKey, c.kmsKey)
	set(&s.Timeout, c.timeout)
	set(&s.MemoryMB, c.memory)
	if c.tmp != nil {
		set(&s.TmpMB, c.tmp.Size)
	}
	if c.environment != nil {
		s.Environment = c.environment.Variables
	}
	if c.deadLetter != nil {
		s.DeadLetter = value(c.deadLetter.TargetArn)
	}
	if c.tracing != nil {
		set(&s.Tracing, c.tracing.Mode)
	}
	if c.snapStart != nil {
		set(&s.SnapStart, c.snapStart.ApplyOn)
	}
	if c.logging != nil {
		s.Logging = loggingOf(function, c.logging)
	}
	if c.vpc != nil {
		s.VPC = c.vpc
		if s.VPC.SubnetIds == nil {
			s.VPC.SubnetIds = []string{}
		}
		if s.VPC.SecurityGroupIds == nil {
			s.VPC.SecurityGroupIds = []string{}
		}
	}
	if c.fileSystems != nil {
		s.FileSystems = c.fileSystems
	}
	if c.hasLayers {
		s.Layers = c.layers
	}
	return s.check(c)
}

// loggingOf fills in what a logging configuration leaves open.
func loggingOf(function string, in *api.LoggingConfig) api.LoggingConfig {
	out := *in
	if out.LogFormat == nil {
		out.LogFormat = new("Text")
	}
	if value(out.LogGroup) == "" {
		out.LogGroup = new("/aws/lambda/" + function)
	}
	if *out.LogFormat == "JSON" {
		if out.ApplicationLogLevel == nil {
			out.ApplicationLogLevel = new("INFO")
		}
		if out.SystemLogLevel == nil {
			out.SystemLogLevel = new("INFO")
		}
	}
	return out
}

// check finds what the model lets through and Lambda does not.
func (s *settings) check(c *change) error {
	switch {
	case s.Runtime == "" || s.Handler == "":
		return invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	case s.Timeout > maxTimeout:
		return tooMuch("timeout", s.Timeout, maxTimeout)
	case s.MemoryMB > maxMemory:
		return tooMuch("memorySize", s.MemoryMB, maxMemory)
	case s.TmpMB > maxTmp:
		return tooMuch("ephemeralStorage.size", s.TmpMB, maxTmp)
	case c.image != nil && (c.image.Command != nil || c.image.EntryPoint != nil || c.image.WorkingDirectory != nil):
		return invalid("Please don't provide ImageConfig when updating function with packageType Zip")
	case s.KMSKey != "":
		return invalid("Gatehouse has no KMS: the environment cannot be encrypted with %s.", s.KMSKey)
	case s.SnapStart != "None":
		return invalid("Gatehouse cannot keep snapshots of functions: SnapStart must be None.")
	case !slices.Equal(s.Architectures, []string{"x86_64"}) && !slices.Equal(s.Architectures, []string{"arm64"}):
		return invalid("Architectures must be x86_64 or arm64.")
	case len(s.Layers) > runner.MaxLayers:
		return invalid("Cannot reference more than %d layers.", runner.MaxLayers)
	case len(s.FileSystems) > 0 && (s.VPC == nil || len(s.VPC.SubnetIds) == 0):
		return invalid("Function must be configured to execute in a VPC to reference access points.")
	}
	if c.runtime != nil {
		if err := checkRuntime(s.Runtime); err != nil {
			return err
		}
	}
	if l := s.Logging; *l.LogFormat == "Text" && (l.ApplicationLogLevel != nil || l.SystemLogLevel != nil) {
		return invalid("To set log levels, the log format must be JSON.")
	}
	return checkEnvironment(s.Environment)
}

func tooMuch(what string, got, most int32) error {
	return awserr.Of(awserr.Validation, "1 validation error detected: Value '%d' at '%s' failed to satisfy constraint: "+
		"Member must have value less than or equal to %d", got, what, most)
}

// retired are the runtimes that AWS takes for no new function.
var retired = []string{"nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x",
	"python2.7", "python3.6", "python3.7", "python3.8", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6",
	"ruby2.5", "ruby2.7", "java8", "go1.x", "provided"}

func checkRuntime(runtime string) error {
	if slices.Contains(retired, runtime) {
		return invalid("The runtime parameter of %s is no longer supported for creating or updating AWS Lambda functions. "+
			"We recommend you use a supported runtime while creating or updating functions.", runtime)
	}
	if all := runner.Runtimes(); !slices.Contains(all, runtime) {
		return invalid("Gatehouse does not run the runtime %s. It runs %s.", runtime, strings.Join(all, ", "))
	}
	return nil
}

// reservedKeys are the variables that a configuration cannot set ("Defined
// runtime environment variables").
var reservedKeys = []string{"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
	"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
	"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_KEY",
	"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"}

func checkEnvironment(env map[string]string) error {
	var bad []string
	for _, key := range slices.Sorted(maps.Keys(env)) {
		if slices.Contains(reservedKeys, key) {
			bad = append(bad, key)
		}
	}
	if len(bad) > 0 {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided "+
			"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", strings.Join(bad, ", "))
	}
	if b, err := json.Marshal(env); err != nil || len(b) > maxEnvironment {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.")
	}
	for _, value := range env {
		if strings.ContainsRune(value, 0) {
			return invalid("Lambda was unable to configure your environment variables because a value has a zero byte.")
		}
	}
	return nil
}

// checkUnpacked refuses code and layers that are too much together.
func (v *version) checkUnpacked(limit int64) error {
	total := v.Unpacked
	for _, l := range v.Layers {
		total += l.Unpacked
	}
	if total > limit {
		return invalid("Function code combined with layers exceeds the maximum allowed size of %d bytes. The actual size is %d bytes.", limit, total)
	}
	return nil
}
