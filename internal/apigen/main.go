package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	models := flag.String("models", "", "directory of the gzipped service models")
	root := flag.String("root", ".", "directory of the repository")
	check := flag.Bool("check", false, "compare only; exit 1 on a difference")
	flag.Parse()
	if *models == "" {
		fmt.Fprintln(os.Stderr, "apigen: -models is required")
		os.Exit(2)
	}
	if err := run(*models, *root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "apigen:", err)
		os.Exit(1)
	}
}

func run(models, root string, check bool) error {
	for _, t := range targets() {
		m, err := readModel(models, t.model)
		if err != nil {
			return err
		}
		files, err := generate(m, t)
		if err != nil {
			return fmt.Errorf("%s: %w", t.model, err)
		}
		dir := filepath.Join(root, t.path())
		if !check {
			if err := os.MkdirAll(dir, 0o777); err != nil {
				return err
			}
		}
		for name, text := range files {
			path := filepath.Join(dir, name)
			if check {
				have, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				if !bytes.Equal(have, text) {
					return fmt.Errorf("%s is not what the models give; run make generate", path)
				}
				continue
			}
			if err := os.WriteFile(path, text, 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}
