namespace patchpilot {}
