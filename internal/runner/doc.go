// Package runner runs Lambda functions as isolated processes, the way Lambda
// runs them: a sandbox holds one runtime and its extensions, serves one
// invocation at a time, is reused while it is warm, and is thrown away when it
// fails, times out or idles.
//
// A Runner starts Instances. A Pool keeps the instances of one function version
// and is what a service invokes through. The package knows processes, limits and
// the Runtime API; it knows nothing of ARNs' meaning, policies or storage.
//
// What is isolated, and on which systems, is told by Runner.Capabilities and
// written down in docs/services/lambda-runtime.md.
package runner
