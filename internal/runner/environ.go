package runner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// paths are the directories as the function sees them.
type paths struct {
	task, opt, runtime string
}

var insidePaths = paths{task: "/var/task", opt: "/opt", runtime: "/var/runtime"}

// reserved are the variables that a function's configuration cannot set
// ("Reserved environment variables").
var reserved = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
	"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
	"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API",
	"LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "_LAMBDA_TELEMETRY_LOG_FD",
}

// environ returns the environment of the runtime, or of an extension, which
// does not get the variables that concern the handler.
func (i *Instance) environ(extension bool) ([]string, error) {
	s, p, creds := i.spec, i.program.paths, i.program.creds
	env := map[string]string{
		"LANG":            "en_US.UTF-8",
		"TZ":              ":UTC",
		"PATH":            "/usr/local/bin:/usr/bin/:/bin:" + p.opt + "/bin",
		"LD_LIBRARY_PATH": "/lib64:/usr/lib64:" + p.runtime + ":" + p.runtime + "/lib:" + p.task + ":" + p.task + "/lib:" + p.opt + "/lib",
	}
	switch runtimes[s.Runtime] {
	case familyNode:
		version := language(s.Runtime)
		env["NODE_PATH"] = p.opt + "/nodejs/node" + version + "/node_modules:" + p.opt + "/nodejs/node_modules:" +
			p.runtime + "/node_modules:" + p.runtime + ":" + p.task
	case familyPython:
		env["PYTHONPATH"] = p.runtime
	}
	if i.program.bin != "" {
		env["PATH"] = i.program.bin + ":" + env["PATH"]
	}
	for name, value := range s.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			return nil, fmt.Errorf("%w: bad environment variable %q", ErrSpec, name)
		}
		if !slices.Contains(reserved, name) {
			env[name] = value
		}
	}
	env["AWS_LAMBDA_RUNTIME_API"] = i.apiAddress
	env["AWS_LAMBDA_FUNCTION_NAME"] = s.Name
	env["AWS_LAMBDA_FUNCTION_VERSION"] = s.Version
	env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = strconv.Itoa(s.MemoryMB)
	env["AWS_LAMBDA_INITIALIZATION_TYPE"] = s.InitType
	if s.InitType == "" {
		env["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand"
	}
	env["AWS_REGION"], env["AWS_DEFAULT_REGION"] = s.Region, s.Region
	if creds.AccessKeyID != "" {
		env["AWS_ACCESS_KEY_ID"] = creds.AccessKeyID
		env["AWS_SECRET_ACCESS_KEY"] = creds.SecretAccessKey
		env["AWS_SESSION_TOKEN"] = creds.SessionToken
	}
	if !extension {
		env["_HANDLER"] = s.Handler
		env["AWS_LAMBDA_LOG_GROUP_NAME"] = s.LogGroup
		env["AWS_LAMBDA_LOG_STREAM_NAME"] = i.journal.stream
		env["LAMBDA_TASK_ROOT"] = p.task
		env["LAMBDA_RUNTIME_DIR"] = p.runtime
		if runtimes[s.Runtime] != familyProvided {
			env["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + s.Runtime
			env["_LAMBDA_TELEMETRY_LOG_FD"] = "3"
		}
	}
	list, size := make([]string, 0, len(env)), 0
	for name, value := range env {
		list = append(list, name+"="+value)
		size += len(name) + len(value) + 2
	}
	if size > MaxEnv {
		return nil, fmt.Errorf("%w: environment of %d bytes", ErrSpec, size)
	}
	slices.Sort(list)
	return list, nil
}
