# Plug-ins made with JUCE. Debian has its modules without the CMake functions for them (no juceaide), so the wrappers are
# compiled here, with the definitions that those functions would have made.
set(plugin_client ${JUCE_MODULES}/juce_audio_plugin_client)

# The LV2 wrapper includes this name; what it would hold is among the definitions below.
file(WRITE ${CMAKE_BINARY_DIR}/generated/juce/JuceLV2Defines.h "")

# An LV2 plug-in is described by files beside it, which JUCE's wrapper writes when this asks it to.
add_executable(juce-lv2-turtle EXCLUDE_FROM_ALL ${plugin_client}/LV2/juce_LV2TurtleDumpProgram.cpp)
target_link_libraries(juce-lv2-turtle PRIVATE ${CMAKE_DL_LIBS})

# An interface library with what a host is told of a plug-in.
function(juce_plugin_facts name)
  add_library(${name} INTERFACE)
  target_compile_definitions(${name} INTERFACE
    JucePlugin_Manufacturer="Patch Pilot"
    JucePlugin_ProducesMidiOutput=0
    JucePlugin_IsMidiEffect=0
    JUCE_VST3_CAN_REPLACE_VST2=0
    ${ARGN})
endfunction()

# A plug-in in one format: `format` is VST3 or LV2, `file` the name of its binary in `folder`. Further arguments are the
# libraries to link, the facts among them.
function(juce_plugin target format file folder)
  add_library(${target} MODULE ${plugin_client}/juce_audio_plugin_client_${format}.cpp
    ${plugin_client}/juce_audio_plugin_client_utils.cpp)
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated/juce)
  target_compile_options(${target} PRIVATE -w)  # all of it is JUCE's
  target_compile_definitions(${target} PRIVATE JucePlugin_Build_${format}=1)
  target_link_libraries(${target} PRIVATE ${ARGN} juce)
  target_link_options(${target} PRIVATE
    -Wl,-Bsymbolic -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/plugin_exports.map -Wl,--no-undefined)
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${file} SUFFIX .so
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/plugin_exports.map
    LIBRARY_OUTPUT_DIRECTORY ${folder})
  if(format STREQUAL LV2)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND ${CMAKE_COMMAND} -E env --unset=PATCHPILOT_TEST_PLUGIN
              $<TARGET_FILE:juce-lv2-turtle> $<TARGET_FILE:${target}>
      COMMENT "Describing ${target}" VERBATIM)
    add_dependencies(${target} juce-lv2-turtle)
  endif()
endfunction()
