import { defineConfig } from "vitest/config";

const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    // Real models, stores and processes on two cores: slow is not wrong.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One for each processor, not one fewer: many tests wait most of the time, for processes that they started.
    maxWorkers: "100%",
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "demo/**/*.test.ts",
            "fit/**/*.test.ts",
            "test/contracts/**/*.test.ts",
            "test/fuzz/**/*.test.ts",
          ],
        },
      },
      { extends: true, test: { name: "integration", include: ["test/integration/**/*.test.ts"] } },
      { extends: true, test: { name: "e2e", include: ["test/e2e/**/*.test.ts"] } },
    ],
  },
});
