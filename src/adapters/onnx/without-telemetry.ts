// onnxruntime tells Microsoft what it runs unless this is set before its library is loaded. In a worker thread it would come too
// late: only the main thread's variables are the process's own.
process.env.ORT_DISABLE_TELEMETRY ??= "1";
