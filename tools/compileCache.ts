// For `node --import`: most of a program's start goes into compiling the SDKs and stripping types, which Node
// keeps for the next run.
import { enableCompileCache } from "node:module";

enableCompileCache();
