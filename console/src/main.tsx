import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import "./index.css";
import { router } from "./router";
import { takeKeyFromAddress } from "./session/credential";

takeKeyFromAddress();
window.addEventListener("hashchange", takeKeyFromAddress);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the caller did wrong stays wrong; everything else is worth another try.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: true,
    },
  },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
