// Package code keeps the packages of Lambda functions and layers: zip files by
// the SHA-256 of their content, and what is in them, unpacked.
//
// A zip is hostile until proven otherwise: names that leave the directory, links
// that do, more than 250 MB, and more files than any package has are refused, and
// sizes are counted, not believed. Modes are kept without set-user-id bits.
//
// Put returns when the zip is on stable storage. Trees are a cache of each
// process: they are made from the zips when they are first asked for.
package code
