import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import typescript from "typescript-eslint";

export default defineConfig(
  globalIgnores(["dist", "eslint.config.js", "tools"]),
  js.configs.recommended,
  typescript.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: "error",
      "no-console": ["error", { allow: ["log"] }],
      // A number in a text is what is meant.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The compiler takes no index for granted; where one is right by construction, "!" says so.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
);
