// Package lambda is AWS Lambda: functions from zip packages, their versions,
// aliases, layers and permissions, and their invocation through package runner.
//
// What is called often reads no store. A function is compiled, with its
// resource policies and the pools of its versions, when it is first used, and
// again after it changed: at once where the change was made, and through the
// store's Watch elsewhere. A version whose configuration did not change keeps
// its instances.
//
// A function acts in its execution role: the role's trust policy is checked at
// creation, its credentials are in the function's environment, and its log lines
// are written if the role may write them.
//
// Sources: AWS Lambda API Reference; Developer Guide, "Lambda quotas",
// "Viewing resource-based IAM policies in Lambda", "How Lambda handles errors
// and retries with asynchronous invocation".
package lambda
