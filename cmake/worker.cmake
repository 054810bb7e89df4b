# The worker process. JUCE's modules are compiled once, as Debian ships their source, into
# one library that the worker, the plug-in for DAWs and the test plug-ins share.
set(JUCE_MODULES /usr/share/juce/modules CACHE PATH "JUCE 7 modules (Debian: juce-modules-source)")
if(NOT EXISTS ${JUCE_MODULES}/juce_core)
  message(FATAL_ERROR "no JUCE modules in ${JUCE_MODULES}: apt-get install juce-modules-source")
endif()
find_package(ZLIB REQUIRED)  # Debian's JUCE uses the system's, not its own copies
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
pkg_check_modules(FREETYPE REQUIRED IMPORTED_TARGET freetype2)

set(juce_sources)
foreach(module juce_core juce_events juce_data_structures juce_graphics juce_gui_basics
               juce_gui_extra juce_audio_basics juce_audio_processors)
  list(APPEND juce_sources ${JUCE_MODULES}/${module}/${module}.cpp)
endforeach()
list(APPEND juce_sources
  ${JUCE_MODULES}/juce_audio_processors/juce_audio_processors_ara.cpp
  ${JUCE_MODULES}/juce_audio_processors/juce_audio_processors_lv2_libs.cpp)

add_library(juce STATIC ${juce_sources})
target_include_directories(juce SYSTEM PUBLIC
  ${JUCE_MODULES}
  ${JUCE_MODULES}/juce_audio_processors/format_types/VST3_SDK
  ${JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK
  ${JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK/lv2
  ${JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK/serd
  ${JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK/sord
  ${JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK/sord/src
  ${JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK/sratom
  ${JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK/lilv
  ${JUCE_MODULES}/juce_audio_processors/format_types/LV2_SDK/lilv/src)
target_compile_definitions(juce PUBLIC
  NDEBUG=1 JUCE_GLOBAL_MODULE_SETTINGS_INCLUDED=1 JUCE_STANDALONE_APPLICATION=0
  JUCE_USE_CURL=0 JUCE_WEB_BROWSER=0 JUCE_USE_XRANDR=0 JUCE_USE_XINERAMA=0
  JUCE_PLUGINHOST_VST3=1 JUCE_PLUGINHOST_LV2=1 JUCE_PLUGINHOST_LADSPA=0
  JUCE_MODAL_LOOPS_PERMITTED=1 JUCE_DISPLAY_SPLASH_SCREEN=0 JUCE_REPORT_APP_USAGE=0)
target_compile_options(juce PRIVATE -w)
# The worker shows no window: of the modules that draw it needs the symbols alone, so these are not optimized, which
# takes half of the time of compiling them. The editor of the plug-in for DAWs needs the one that fills shapes.
set(drawing_modules gui_basics|gui_extra|data_structures)
if(NOT PATCHPILOT_DAW)
  string(APPEND drawing_modules "|graphics")
endif()
set(drawing_sources ${juce_sources})
list(FILTER drawing_sources INCLUDE REGEX "juce_(${drawing_modules})")
set_source_files_properties(${drawing_sources} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O0>)
target_link_libraries(juce PUBLIC PkgConfig::FREETYPE ZLIB::ZLIB PNG::PNG JPEG::JPEG Threads::Threads ${CMAKE_DL_LIBS} rt)

file(GLOB worker_sources CONFIGURE_DEPENDS src/worker/*.cpp)
add_executable(patchpilot-worker ${worker_sources})
compile_together(patchpilot-worker)
target_link_libraries(patchpilot-worker PRIVATE patchpilot_protocol juce Boost::headers)
