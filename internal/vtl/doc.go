// Package vtl is the template language of API Gateway's mapping templates: the
// part of Apache Velocity 1.7 that the service offers.
//
// Directives are #set, #if, #elseif, #else, #foreach, #break, #stop and #end;
// comments ## and #* *#; unparsed text #[[ ]]#. Values are what JSON has, plus
// whatever Objects the caller provides; they have the methods that the Java
// types behind them have (see methods.go). There is no reflection: a method
// that is not listed does not exist.
//
// A template is parsed once and is then immutable and safe for concurrent use.
// Rendering is bounded: by Limits in steps, bytes and depth, so that a template
// can neither run forever nor fill the memory.
//
// Sources: the Velocity 1.7 User Guide and VTL Reference; "Mapping template
// transformations for REST APIs" and "Variables for data transformations" in
// the API Gateway Developer Guide.
package vtl
