#!/usr/bin/env -S node --max-semi-space-size=16
// Semi-spaces of 16 MiB: larger ones, Node's default, take 100 MB more under load and make nothing faster.
import '../dist/main.js';
